"""The card form as a browser has it: Stripe's script, its frame, our page."""

import threading
from collections.abc import Iterator

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page
from werkzeug.serving import make_server

from shop.catalog.models import Kind
from shop.orders.models import PaymentState
from tests.checkout.looking import the_order
from tests.factories import make_price

pytestmark = pytest.mark.browser


@pytest.fixture
def shop_url(app: Flask) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join(timeout=5)
    server.server_close()


@pytest.fixture
def page(chromium: Browser, shop_url: str) -> Iterator[Page]:
    page = chromium.new_page(base_url=shop_url)
    page.set_default_timeout(20_000)
    yield page
    page.close()


def go_to_the_card_form(page: Page) -> None:
    make_price(kind=Kind.DIGITAL, unit_amount=1_900, slug="atlas")
    page.goto("/products/atlas")
    page.get_by_role("button", name="Add to cart").first.click()
    page.goto("/checkout")
    page.get_by_label("E-mail").fill("mara@example.org")
    page.get_by_label("Full name").fill("Mara Lindt")
    page.get_by_role("button", name="Continue to address").click()
    page.get_by_label("Postal code").fill("10119")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Pay by card here").click()


def type_card(page: Page, number: str) -> None:
    frame = page.frame_locator("#card-fields iframe")
    for name, value in (("number", number), ("expiry", "12 / 34"), ("cvc", "123")):
        frame.locator(f"[name={name}]").fill(value)
    frame.locator("[name=postal_code]").fill("10119")
    page.get_by_role("button", name="Pay €19.00").click()


def test_a_decline_is_told_in_place_and_the_next_card_pays(page: Page) -> None:
    go_to_the_card_form(page)
    type_card(page, "4000 0000 0000 9995")
    told = page.get_by_role("alert").filter(has_text="Nothing was charged")
    told.wait_for()
    assert "insufficient funds" in told.inner_text()
    type_card(page, "4242 4242 4242 4242")
    page.wait_for_url("**/orders/*")
    assert the_order().payment_state is PaymentState.PAID
    page.go_back()
    assert "/orders/" in page.url
