"""The card form as a browser has it: Stripe's script, its frame, our page."""

import re

import pytest
from playwright.sync_api import expect

from tests.browsing.conftest import OpenWindow
from tests.browsing.purchase import GOOD, add, check_out, type_card, wait_for_order

pytestmark = pytest.mark.browser

INSUFFICIENT_FUNDS = "4000000000009995"


def test_a_decline_is_told_in_place_and_the_next_card_pays(open_window: OpenWindow) -> None:
    window = open_window()
    window.expected.add(402)
    page = window.page
    page.goto("/products/the-invoice-handbook")
    add(page)
    check_out(page, "mara-declined@example.org", {"Postal code": "10119"})
    page.get_by_role("button", name="Pay by card here").click()
    pay = page.get_by_role("button", name=re.compile("^Pay €"))

    type_card(window, INSUFFICIENT_FUNDS)
    pay.click()
    told = page.get_by_role("alert").filter(has_text="Nothing was charged")
    expect(told).to_contain_text("insufficient funds")
    type_card(window, GOOD)
    pay.click()
    page.wait_for_url("**/orders/*")
    wait_for_order(page, "Paid")
    page.go_back()
    assert "/orders/" in page.url
