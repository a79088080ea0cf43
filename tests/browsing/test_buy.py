"""A guest buys: a typo, a parcel and a file, a bank that says no and one that asks back."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from shop.catalog.sample_files import sample_files
from tests.browsing.conftest import OpenWindow
from tests.browsing.purchase import (
    DECLINED,
    WANTS_3D_SECURE,
    check_out,
    fill_cart,
    links_in,
    mail_to,
    type_card,
    wait_for_order,
)
from tests.browsing.window import DESKTOP, PHONE, Window

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("width", [DESKTOP, PHONE])
def test_a_guest_buys_with_the_card_form(open_window: OpenWindow, width: int) -> None:
    window = open_window(width)
    email = f"mara-{width}@example.org"
    fill_cart(window.page)
    check_out(window.page, email)
    window.page.get_by_role("button", name="Pay by card here").click()
    total = the_bank_says_no(window)
    the_bank_asks_back(window)
    the_order_is_confirmed(window.page, total)

    assert any(window.page.url in link for link in links_in(mail_to(window.house, email)))
    the_file_is_for_the_buyer_alone(window, open_window())


def the_bank_says_no(window: Window) -> str:
    """Nothing is lost by it; the total that is to be paid."""
    window.expected.add(402)
    type_card(window, DECLINED)
    pay = window.page.get_by_role("button", name=re.compile("^Pay €"))
    pay.click()
    alert = window.page.locator("[data-problem]")
    expect(alert).to_have_text(re.compile("declined. Nothing was charged"))
    expect(pay).to_be_enabled()
    expect(window.card_form.locator("#expiry")).to_have_value("12 / 34")
    expect(window.page.get_by_text("Torstraße 1")).to_be_visible()
    assert window.overflow() == 0
    return (pay.text_content() or "").removeprefix("Pay ")


def the_bank_asks_back(window: Window) -> None:
    type_card(window, WANTS_3D_SECURE)
    window.page.get_by_role("button", name=re.compile("^Pay €")).click()
    window.page.wait_for_url(f"{window.house.sandbox.url}/**")
    window.page.get_by_role("button", name="Complete").click()
    window.page.wait_for_url(f"{window.house.base_url}/orders/*")


def the_order_is_confirmed(page: Page, total: str) -> None:
    wait_for_order(page, "Paid")
    expect(page.get_by_role("heading", level=1)).to_have_text("Thank you, Mara.")
    slip = page.locator(".slip")
    expect(slip.locator(".total")).to_contain_text(total)
    expect(slip).to_contain_text(re.compile(r"pi_\w{10,}"))
    expect(slip).to_contain_text("succeeded")


def the_file_is_for_the_buyer_alone(window: Window, stranger: Window) -> None:
    page = window.page
    page.get_by_role("link", name="Download").click()
    with page.expect_download() as downloading:
        page.get_by_role("button", name="Download").click()
    download = downloading.value
    expected = next(file for file in sample_files() if file.slug == "the-invoice-handbook")
    assert download.suggested_filename == expected.file_name
    assert Path(download.path()).read_bytes() == expected.content

    stranger.expected.add(404)
    answer = stranger.page.goto(download.url)
    assert answer
    assert answer.status == 404
