"""The steps of a purchase, as a visitor takes them on the pages."""

import re
from collections.abc import Mapping
from email.message import EmailMessage

from playwright.sync_api import Page, expect

from tests.browsing.window import Window
from tests.servers.house import House
from tests.servers.processes import eventually

BERLIN = {"Street and number": "Torstraße 1", "Postal code": "10119", "City": "Berlin"}
GOOD = "4242424242424242"
DECLINED = "4000000000000002"
WANTS_3D_SECURE = "4000002500003155"


def search(page: Page, words: str, title: str) -> None:
    """And open what was found; a shop that was just filled may need a second to know it."""
    hit = page.get_by_role("main").get_by_role("link", name=title).first

    def is_found() -> bool:
        page.goto("/")
        page.get_by_label("Search products").fill(words)
        page.keyboard.press("Enter")
        page.wait_for_url("**/search?**")
        return hit.is_visible()

    assert eventually(is_found)
    hit.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(title)


def add(page: Page, variant: str | None = None) -> None:
    """Into the cart, from the product's page."""
    if variant:
        page.get_by_role("radio", name=re.compile(variant)).check()
    page.locator("#buy").get_by_role("button", name="Add to cart").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Cart")


def fill_cart(page: Page) -> None:
    """Something for the parcel and something to download."""
    search(page, "enamal mug", "Enamel Mug")
    add(page, "Coral")
    page.goto("/products/the-invoice-handbook")
    add(page)


def check_out(page: Page, email: str, typed: Mapping[str, str] = BERLIN) -> None:
    """From the cart to the payment."""
    page.get_by_role("link", name="Check out").click()
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Full name").fill("Mara Lindt")
    page.get_by_role("button", name="Continue to address").click()
    for label, text in typed.items():
        page.get_by_label(label).locator("visible=true").fill(text)
    page.get_by_role("button", name=re.compile("^Continue to (delivery|payment)")).click()
    if page.url.endswith("/delivery"):
        page.get_by_role("radio", name=re.compile("Standard")).check()
        page.get_by_role("button", name="Continue to payment").click()
    expect(page.get_by_role("heading", name="Payment")).to_be_visible()


def type_card(window: Window, number: str) -> None:
    """Into Stripe's frame on our page."""
    fields = window.card_form
    for name, text in {"number": number, "expiry": "1234", "cvc": "123"}.items():
        fields.locator(f"#{name}").fill("")
        fields.locator(f"#{name}").press_sequentially(text)


def pay_hosted(page: Page, number: str) -> None:
    """On Stripe's own page."""
    card = {"Card number": number, "Expiration": "12 / 34", "CVC": "123", "Name": "Mara Lindt"}
    for label, text in card.items():
        page.get_by_label(label, exact=True).fill(text)
    page.get_by_role("button", name=re.compile("^Pay")).click()


def wait_for_order(page: Page, state: str, *, reloading: bool = False) -> None:
    """The order's page comes to show this state.

    :param reloading: when it is not the page itself that looks again soon.
    """
    pill = page.locator(".slip .pill")
    if reloading:
        assert eventually(lambda: bool(page.reload()) and pill.inner_text() == state)
    expect(pill).to_have_text(state)


def mail_to(house: House, address: str) -> EmailMessage:
    """The latest one."""
    found: list[EmailMessage] = []

    def is_there() -> bool:
        found[:] = [mail for mail in house.mails() if address in mail["To"]]
        return bool(found)

    assert eventually(is_there), f"no mail to {address}"
    return found[-1]


def links_in(mail: EmailMessage) -> list[str]:
    body = mail.get_body(("plain",))
    assert body
    return re.findall(r"http\S+", body.get_content())
