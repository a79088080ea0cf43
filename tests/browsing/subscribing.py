"""The steps of a subscription, as its owner takes them: our pages, and Stripe's."""

import re

from playwright.sync_api import Page, expect

from tests.browsing.purchase import GOOD
from tests.browsing.window import Window

PILL = "main h1 + .pill"


def open_account(window: Window, email: str) -> str:
    """By the command line; the password."""
    made = window.house.shop_here("users", "create", "--email", email, "--name", "Mara Lindt")
    assert made.exit_code == 0, made.output
    return made.stdout.partition("Password: ")[2].strip()


def choose(page: Page, slug: str, plan: str) -> None:
    """A plan on the product's page; leads to the page that looks it over."""
    page.goto(f"/products/{slug}")
    page.get_by_role("radio", name=re.compile(plan)).check()
    page.locator("#buy").get_by_role("button", name="Subscribe").click()


def sign_in(page: Page, email: str, password: str) -> None:
    """From a page that asks for it; it comes back there."""
    page.get_by_role("main").get_by_role("link", name="Sign in").click()
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password").fill(password)
    page.get_by_role("main").get_by_role("button", name="Sign in").click()


def pay(page: Page, number: str = GOOD) -> None:
    """On Stripe's page, and back to the account."""
    card = {"Card number": number, "Expiration": "12 / 34", "CVC": "123", "Name": "Mara Lindt"}
    for label, text in card.items():
        page.get_by_label(label, exact=True).fill(text)
    page.get_by_role("button", name=re.compile("^(Pay|Start|Subscribe)")).click()
    page.wait_for_url("**/account/subscriptions/*")


def wait_for_state(page: Page, state: str) -> None:
    expect(page.locator(PILL)).to_have_text(re.compile(state))


def change_plan(page: Page, plan: str) -> None:
    """Looked over on our page, confirmed on Stripe's."""
    page.get_by_role("link", name="Change plan").click()
    page.get_by_role("main").get_by_role("link", name=re.compile(plan)).click()
    page.get_by_role("button", name="Go on to confirm").click()
    page.get_by_role("button", name="Confirm").click()
    come_back(page)


def cancel(page: Page) -> None:
    page.get_by_role("link", name="Cancel", exact=True).click()
    page.get_by_role("button", name="Go on to cancel").click()
    page.get_by_label("I no longer need it").check()
    page.get_by_role("button", name="Cancel subscription").click()
    come_back(page)


def come_back(page: Page) -> None:
    """From Stripe's page; ours asks Stripe, and then has its plain address again."""
    page.wait_for_url(re.compile(r"/account/subscriptions/[\w-]+$"))
