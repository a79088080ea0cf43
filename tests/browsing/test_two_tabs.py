import re

import pytest
from playwright.sync_api import Page, expect

from tests.browsing.conftest import OpenWindow
from tests.browsing.purchase import GOOD, add, check_out, type_card, wait_for_order

pytestmark = pytest.mark.browser
TYPED = {"Postal code": "10119"}


def test_paying_once_more_in_another_tab_shows_the_order(open_window: OpenWindow) -> None:
    window = open_window()
    first, second = window.page, window.context.new_page()
    first.goto("/products/the-invoice-handbook")
    add(first)
    check_out(first, "twice@example.org", TYPED)
    first.get_by_role("button", name="Pay by card here").click()
    type_card(window, GOOD)
    window.page = second
    second.goto("/checkout/payment")
    type_card(window, GOOD)

    pay(first)
    wait_for_order(first, "Paid")
    window.expected.add(400)
    pay(second)
    wait_for_order(second, "Paid")
    expect(second).to_have_url(first.url)


def pay(page: Page) -> None:
    page.get_by_role("button", name=re.compile("^Pay €")).click()
