"""A product's life in the back office: made, sold, one line given back, the rest shipped.

And that of a download: its file goes in at one end, and comes out at the buyer's.
"""

import io
import re
import time
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import FilePayload, Page, expect

from tests.browsing import staff
from tests.browsing.conftest import OpenWindow
from tests.browsing.purchase import GOOD, add, check_out, mail_to, pay_hosted, wait_for_order
from tests.browsing.window import DESKTOP, Window
from tests.servers.processes import eventually

pytestmark = pytest.mark.browser


def picture() -> FilePayload:
    data = io.BytesIO()
    Image.new("RGB", (900, 900), "teal").save(data, "JPEG")
    return {"name": "jug.jpg", "mimeType": "image/jpeg", "buffer": data.getvalue()}


def save(page: Page, name: str = "Save") -> None:
    page.get_by_role("button", name=name, exact=True).locator("visible=true").click()


def fill_variant(page: Page, number: int, sku: str, color: str, prices: tuple[str, str]) -> None:
    variant = page.get_by_role("group", name=re.compile(f"^Variant {number}"))
    variant.get_by_label("SKU").fill(sku)
    variant.get_by_label("Options").fill(f"Color: {color}")
    variant.get_by_label("Weight").fill("900")
    variant.get_by_label("Count stock").check()
    variant.get_by_label("Change stock by").fill("5")
    for price, (currency, amount) in enumerate(zip(("EUR", "USD"), prices, strict=True), start=1):
        row = variant.get_by_role("group", name=f"Price {price}", exact=True)
        if not row.count():
            variant.get_by_role("button", name="Add another price").click()
        row.get_by_label("Currency").fill(currency)
        row.get_by_label("Price", exact=True).fill(amount)


def make_product(page: Page, title: str, sku: str, kind: str = "physical") -> None:
    page.goto("/admin/products/new/")
    page.get_by_label("Title").fill(title)
    page.get_by_label("Summary").fill("Holds a liter, pours without a drop.")
    page.get_by_label("Kind").select_option(kind)
    page.get_by_label("Status").select_option("published")
    fill_variant(page, 1, f"{sku}-B", "Blue", ("29.00", "33.00"))
    page.get_by_role("button", name="Add another variant").click()
    fill_variant(page, 2, f"{sku}-R", "Red", ("31.00", "35.00"))
    page.locator("input[type=file]").set_input_files(picture())
    save(page, "Save and stay")
    expect(page.get_by_text("was made")).to_be_visible()


def publish_release(page: Page) -> bytes:
    """From the product's page; the file's content."""
    content = b"PK" + time.time_ns().to_bytes(8) * 4000
    page.get_by_role("link", name=re.compile("^Files")).first.click()
    page.get_by_label("Version").fill("1.0")
    page.get_by_label("File", exact=True).first.set_input_files(
        {"name": "patterns.zip", "mimeType": "application/zip", "buffer": content}
    )
    save(page, "Publish")
    expect(page.get_by_role("heading", level=2, name=re.compile("^1.0"))).to_be_visible()
    return content


def buy(window: Window, slug: str, email: str, *colors: str, **steps: Any) -> str:
    """One of each color, paid on Stripe's page; returns the order's number."""
    page = window.page
    for color in colors:
        page.goto(f"/products/{slug}")
        add(page, color)
    check_out(page, email, **steps)
    page.get_by_role("button", name=re.compile("Stripe.s page")).click()
    pay_hosted(page, GOOD)
    page.wait_for_url("**/orders/**")  # before that, there is no page to load again
    wait_for_order(page, "Paid", reloading=True)
    found = re.search(r"K-[\w-]+", page.get_by_role("main").inner_text())
    assert found
    return found[0]


def refund_one_line(page: Page, number: str) -> None:
    page.goto(f"/admin/orders/{number}")
    page.get_by_role("link", name=re.compile("^Refund")).first.click()
    page.get_by_role("radio", name=re.compile("Chosen lines")).check()
    page.locator("input[name^=line-]").first.fill("1")
    page.locator("[name=reason]").fill("came with a crack")
    save(page, "Preview")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Refund €29.00?")
    page.get_by_role("button", name="Refund €29.00 now").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(f"Order {number}")


def ship_the_rest(page: Page, number: str) -> None:
    page.goto(f"/admin/orders/{number}")
    page.get_by_role("link", name="Pack, send, take back").click()
    page.get_by_label("Carrier").first.select_option("DHL")
    page.get_by_label(re.compile("Tracking number")).first.fill("00340434161094021501")
    save(page, "It is on its way")


def revenue(page: Page) -> str:
    """What the report says now."""
    page.goto("/admin/reports/revenue?currency=EUR")
    return page.get_by_role("main").inner_text()


@pytest.mark.parametrize("scripts", [True, False])
def test_a_product_is_made_sold_refunded_and_shipped(
    open_window: OpenWindow, *, scripts: bool
) -> None:
    title = f"Jug {time.time_ns() % 10**9}"
    slug, email = title.lower().replace(" ", "-"), f"{title.split()[1]}@example.com"
    office, shop = open_window(DESKTOP, scripts=scripts), open_window(DESKTOP, scripts=scripts)
    page = office.page
    staff.enter(page)
    make_product(page, title, title.replace(" ", "").upper())
    before = revenue(page)
    number = buy(shop, slug, email, "Blue", "Red")

    refund_one_line(page, number)
    page.goto(f"/admin/orders/{number}")
    assert eventually(
        lambda: bool(page.reload() and page.get_by_text("Partially refunded").count())
    )
    ship_the_rest(page, number)
    page.goto(f"/admin/orders/{number}")
    expect(page.get_by_text("Fulfilled").first).to_be_visible()
    assert eventually(lambda: "00340434161094021501" in mail_to(office.house, email).as_string())

    page.goto(f"/admin/products/?search={title}")
    page.get_by_role("link", name=title).first.click()
    expect(page.get_by_text("4 on hand").first).to_be_visible()
    assert revenue(page) != before
    assert office.overflow() == 0


@pytest.mark.parametrize("scripts", [True, False])
def test_a_download_is_made_sold_and_fetched(open_window: OpenWindow, *, scripts: bool) -> None:
    title = f"Pattern {time.time_ns() % 10**9}"
    slug, email = title.lower().replace(" ", "-"), f"{title.split()[1]}@example.com"
    office, shop = open_window(DESKTOP, scripts=scripts), open_window(DESKTOP, scripts=scripts)
    page = office.page
    staff.enter(page)
    make_product(page, title, title.replace(" ", "").upper(), "digital")
    content = publish_release(page)
    assert office.overflow() == 0

    buy(shop, slug, email, "Red", typed={"Postal code": "10119"})
    shop.page.get_by_role("link", name="Download").click()
    with shop.page.expect_download() as downloading:
        shop.page.get_by_role("button", name="Download").click()
    assert downloading.value.suggested_filename == "patterns.zip"
    assert Path(downloading.value.path()).read_bytes() == content
