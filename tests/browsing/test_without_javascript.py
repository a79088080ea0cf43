"""The same purchase where no script runs: every page is a form, Stripe's page takes the money."""

import re

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from shop.billing.models import Payment
from tests.browsing.conftest import OpenWindow
from tests.browsing.purchase import (
    DECLINED,
    WANTS_3D_SECURE,
    check_out,
    fill_cart,
    links_in,
    mail_to,
    pay_hosted,
    wait_for_order,
)
from tests.browsing.window import Window

pytestmark = pytest.mark.browser
EMAIL = "nojs@example.org"


@pytest.fixture
def window(open_window: OpenWindow) -> Window:
    """At Stripe's page, with something to pay."""
    window = open_window(scripts=False)
    window.expected.add(422)
    fill_cart(window.page)
    check_out(window.page, EMAIL)
    window.page.get_by_role("button", name="Pay on Stripe").click()
    return window


def test_a_guest_buys_on_the_hosted_page(window: Window) -> None:
    page = window.page
    pay_hosted(page, DECLINED)
    expect(page.get_by_role("alert").first).to_contain_text("declined")

    pay_hosted(page, WANTS_3D_SECURE)
    page.get_by_role("button", name="Fail").click()
    expect(page.get_by_role("alert").first).to_be_visible()
    pay_hosted(page, WANTS_3D_SECURE)
    page.get_by_role("button", name="Complete").click()

    page.wait_for_url(f"{window.house.base_url}/orders/*")
    wait_for_order(page, "Paid")
    assert any(page.url in link for link in links_in(mail_to(window.house, EMAIL)))


def test_leaving_the_hosted_page_comes_back_without_a_charge(window: Window) -> None:
    page = window.page
    page.get_by_role("link", name="Back").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("You left the payment")
    page.get_by_role("link", name="Back to cart").first.click()
    expect(page.get_by_role("main").get_by_role("link", name="Enamel Mug")).to_be_visible()
    page.get_by_role("link", name="Check out").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Look it over and pay")


def test_a_bank_debit_is_paid_days_later(window: Window) -> None:
    page = window.page
    page.get_by_label("Bank debit").check()
    page.get_by_label("IBAN").fill("DE89370400440532013000")
    page.get_by_label("Name", exact=True).fill("Mara Lindt")
    page.get_by_role("button", name=re.compile("^Pay")).click()
    page.wait_for_url(f"{window.house.base_url}/orders/*")
    wait_for_order(page, "Processing")

    window.house.sandbox.settle(intent_on(page, window))
    wait_for_order(page, "Paid", reloading=True)


def intent_on(page: Page, window: Window) -> str:
    """The page names it, and our record of it is the same."""
    shown = re.search(r"pi_\w+", page.locator(".slip").inner_text())
    assert shown
    with window.house.session() as session:
        found = select(Payment.id).where(Payment.stripe_payment_intent_id == shown[0])
        assert session.scalar(found)
    return shown[0]
