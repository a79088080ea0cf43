"""What people type wrongly: it is said where it happened, and nothing they typed is lost."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browsing.conftest import OpenWindow
from tests.browsing.purchase import add
from tests.browsing.window import DESKTOP, PHONE, Window

pytestmark = pytest.mark.browser


@pytest.fixture(params=[True, False], ids=["scripts", "no scripts"])
def window(open_window: OpenWindow, request: pytest.FixtureRequest) -> Window:
    """With something in the cart; without scripts the server must say it all."""
    window = open_window(PHONE if request.param else DESKTOP, scripts=request.param)
    window.expected.add(422)
    window.page.goto("/products/quarry-grid-pad")
    add(window.page)
    return window


@pytest.fixture
def page(window: Window) -> Page:
    return window.page


def test_a_wrong_e_mail_address(page: Page) -> None:
    page.goto("/checkout/contact")
    email, name = page.get_by_label("E-mail"), page.get_by_label("Full name")
    name.fill("Mara Lindt")
    for wrong in ("mara@", "", "mara@localhost"):
        email.fill(wrong)
        page.get_by_role("button", name="Continue to address").click()
        is_marked(email)
        expect(email).to_have_value(wrong)
        expect(name).to_have_value("Mara Lindt")

    email.fill("mara@example.org")
    page.get_by_role("button", name="Continue to address").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Where shall it go?")


def test_a_missing_postal_code_and_another_country(page: Page) -> None:
    reach_address(page)
    shown(page, "Street and number").fill("Torstraße 1")
    shown(page, "City").fill("Berlin")
    page.get_by_role("button", name="Continue to delivery").click()
    is_marked(shown(page, "Postal code"))
    expect(shown(page, "City")).to_have_value("Berlin")

    shown(page, "Country").select_option("IE")
    if (button := shown(page.get_by_role("button", name="Change country"))).count():
        button.click()
    expect(shown(page, "Eircode")).to_be_visible()
    expect(shown(page, "Street and number")).to_have_value("Torstraße 1")


def test_the_summary_of_errors_has_the_focus(open_window: OpenWindow) -> None:
    """What only the server knows: whether the postal code fits the country."""
    window = open_window()
    window.expected.add(422)
    page = window.page
    page.goto("/products/quarry-grid-pad")
    add(page)
    reach_address(page)
    for label, text in {
        "Street and number": "Torstraße 1",
        "Postal code": "1",
        "City": "B",
    }.items():
        shown(page, label).fill(text)
    page.get_by_role("button", name="Continue to delivery").click()

    summary = page.get_by_role("alert")
    expect(summary).to_be_focused()
    summary.get_by_role("link").click()
    expect(shown(page, "Postal code")).to_be_focused()
    expect(shown(page, "Postal code")).to_have_value("1")


def test_a_quantity_that_no_cart_holds(window: Window) -> None:
    page, field = window.page, window.page.get_by_label("Quantity of")
    for quantity in ("0", "100"):
        field.fill(quantity)
        field.press("Enter")
        is_marked(field)
        expect(field).to_have_value(quantity)
        expect(page.locator(".slip .total")).to_contain_text("€9.50")


def reach_address(page: Page) -> None:
    page.goto("/checkout/contact")
    page.get_by_label("E-mail").fill("mara@example.org")
    page.get_by_label("Full name").fill("Mara Lindt")
    page.get_by_role("button", name="Continue to address").click()


def shown(place: Page | Locator, label: str | None = None) -> Locator:
    """Not the same field of the folded second address."""
    found = place.get_by_label(label) if label else place
    assert isinstance(found, Locator)
    return found.locator("visible=true")


def is_marked(field: Locator) -> None:
    """For eyes and for screen readers."""
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(field).to_have_accessible_description(re.compile(r"\w+"))
