"""The portal in a real browser, with the keyboard and without JavaScript."""

from collections.abc import Iterator

import pytest
import stripe
from playwright.sync_api import Browser, Page, expect

from tests.sandbox.test_portal_pages import Portal

pytestmark = pytest.mark.browser
SIZES = {"desktop": (1280, 900), "phone": (360, 740)}


@pytest.fixture(params=SIZES)
def page(chromium: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    """Fails the test when a page breaks its own policy."""
    complaints: list[str] = []
    width, height = SIZES[request.param]
    page = chromium.new_page(java_script_enabled=False, viewport={"width": width, "height": height})
    page.set_default_timeout(10_000)
    page.on("console", lambda line: complaints.extend([line.text] * ("Policy" in line.text)))
    yield page
    page.close()
    assert not complaints


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name).click()


def test_a_customer_manages_a_subscription(page: Page, v1: stripe.V1Services) -> None:
    portal = Portal(v1)
    page.goto(portal.open())
    page.get_by_role("link", name="Update subscription").click()
    page.get_by_label("€30.00 per month").check()
    press(page, "Continue")
    expect(page.get_by_text("Amount due today")).to_be_visible()
    press(page, "Confirm")
    expect(page.get_by_role("status")).to_have_text("Your subscription has been updated.")

    page.get_by_role("link", name="Update payment method").click()
    page.get_by_label("Card number").fill("5555 5555 5555 4444")
    page.get_by_label("Expiration").fill("12 / 34")
    page.get_by_label("CVC").fill("123")
    page.get_by_label("Name").fill("Ada")
    press(page, "Save")
    expect(page.get_by_text("Mastercard •••• 4444")).to_be_visible()

    page.get_by_role("link", name="Cancel subscription").click()
    page.get_by_label("It's too expensive").check()
    press(page, "Cancel subscription")
    expect(page.get_by_text("Cancels on")).to_be_visible()
    press(page, "Don't cancel")
    expect(page.get_by_text("Renews on")).to_be_visible()
    assert portal.current()["items"].data[0].price.id == portal.large

    page.get_by_role("row").filter(has_text="Paid").first.get_by_role("link").click()
    expect(page.get_by_role("status")).to_contain_text("This invoice is paid")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
