"""A guest on a phone, without scripts, keeps an invoice that names the company."""

import re

import pytest
from playwright.sync_api import expect

from tests.browsing.conftest import OpenWindow
from tests.browsing.purchase import GOOD, check_out, fill_cart, pay_hosted, wait_for_order
from tests.browsing.window import PHONE, Window

pytestmark = pytest.mark.browser


@pytest.fixture
def window(open_window: OpenWindow) -> Window:
    """At the invoice of what was just paid."""
    window = open_window(PHONE, scripts=False)
    window.expected.add(422)
    page = window.page
    fill_cart(page)
    check_out(page, "company@example.org")
    page.get_by_role("button", name="Pay on Stripe").click()
    pay_hosted(page, GOOD)
    page.wait_for_url(f"{window.house.base_url}/orders/*")
    wait_for_order(page, "Paid")
    page.get_by_role("link", name="Show invoice").click()
    return window


def test_a_guest_completes_and_keeps_the_invoice(window: Window) -> None:
    page = window.page
    number = page.get_by_role("heading", level=1)
    expect(number).to_have_text(re.compile(r"^Invoice 2\d{3}-\d{6}$"))
    before = number.inner_text()
    assert window.overflow() == 0

    page.get_by_label("Company").fill("Engine GmbH")
    page.get_by_label("VAT id").fill("DE136695977")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert")).to_contain_text("That is not a VAT id")
    expect(page.get_by_label("Company")).to_have_value("Engine GmbH")

    page.get_by_label("VAT id").fill("DE136695976")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("region", name="Buyer")).to_contain_text("VAT id DE136695976")
    expect(number).to_have_text(before)
    assert window.overflow() == 0
    with page.expect_download() as download:
        page.get_by_role("link", name="PDF").click()
    assert download.value.suggested_filename == f"{before.lower().replace(' ', '-')}.pdf"
