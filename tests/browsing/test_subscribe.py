"""A subscription from the product's page to its end, with every page of ours and of Stripe's."""

import re

import pytest
from playwright.sync_api import expect

from tests.browsing.conftest import OpenWindow
from tests.browsing.subscribing import (
    cancel,
    change_plan,
    choose,
    open_account,
    pay,
    sign_in,
    wait_for_state,
)
from tests.browsing.window import DESKTOP, PHONE, Window

pytestmark = pytest.mark.browser
CARDS = {DESKTOP: "4242424242424242", PHONE: "5555555555554444"}  # a trial for each card
ATLAS = "atlas-file-organizer"
MONTHLY = r"Personal.*14 days free, then €5\.00"


@pytest.mark.parametrize("width", [DESKTOP, PHONE])
def test_a_customer_subscribes_changes_cancels_keeps_and_cancels(
    open_window: OpenWindow, width: int
) -> None:
    """On the phone without scripts."""
    window = open_window(width, scripts=width is DESKTOP)
    subscribe(window, f"mara-subscribes-{width}@example.org", CARDS[width])
    page = window.page
    wait_for_state(page, "Trial")
    expect(page.locator(".key")).to_contain_text(re.compile(r"\w{4,}-\w{4,}"))
    expect(page.get_by_text(re.compile("0 of . devices in use"))).to_be_visible()
    change_plan(page, r"Personal.*€45\.00 every year")
    expect(page.get_by_text("€45.00 every year").first).to_be_visible()
    expect(page.get_by_text("Changed to Atlas, Personal, every year.")).to_be_visible()
    change_mind(window)

    page.goto("/account/subscriptions")
    expect(page.get_by_role("main")).to_contain_text("Nothing more is charged.")
    expect(page.get_by_role("navigation", name="Account")).to_contain_text("Subscriptions")


def subscribe(window: Window, email: str, card: str) -> None:
    """Somebody who has an account but is not signed in."""
    page, password = window.page, open_account(window, email)
    choose(page, ATLAS, MONTHLY)
    expect(page.get_by_role("heading", level=1)).to_have_text("Subscribe to Atlas, Personal")
    assert window.overflow() == 0
    sign_in(page, email, password)
    expect(page.get_by_text("Today nothing is charged.")).to_be_visible()
    page.get_by_role("button", name="Start the free trial").click()
    pay(page, card)
    assert window.overflow() == 0


def change_mind(window: Window) -> None:
    """Cancel, keep it, and cancel after all."""
    page = window.page
    cancel(page)
    wait_for_state(page, "Ends on")
    expect(page.get_by_text("nothing more is charged")).to_be_visible()
    page.get_by_role("button", name="Keep").click()
    wait_for_state(page, "Trial")
    cancel(page)
    wait_for_state(page, "Ends on")
    assert window.overflow() == 0
