"""A purchase without a mouse."""

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browsing.conftest import OpenWindow
from tests.browsing.window import DESKTOP, PHONE

pytestmark = pytest.mark.browser
FEW = 40  # Tabs from the top of a page to anything that matters


@pytest.mark.parametrize("width", [DESKTOP, PHONE])
def test_the_keyboard_leads_to_the_payment(open_window: OpenWindow, width: int) -> None:
    page = open_window(width).page
    page.goto("/products/quarry-grid-pad")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    page.keyboard.press("Enter")
    tab_to(page, page.get_by_role("radio", name="A4"))
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("radio", name="A3")).to_be_checked()
    tab_to(page, page.locator("#buy").get_by_role("button", name="Add to cart"))
    page.keyboard.press("Enter")
    tab_to(page, page.get_by_role("link", name="Check out"))
    page.keyboard.press("Enter")
    fill(page, {"E-mail": "mara@example.org", "Full name": "Mara Lindt"})
    fill(page, {"Street and number": "Torstraße 1", "Postal code": "10119", "City": "Berlin"})
    tab_to(page, page.get_by_role("radio", name="Standard"))
    page.keyboard.press("Enter")
    tab_to(page, page.get_by_role("button", name="Pay by card here"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Pay €")).to_be_enabled()
    tab_to(page, page.locator("#card-fields iframe"))


def fill(page: Page, typed: dict[str, str]) -> None:
    """The fields of one step in their order, and on with Enter."""
    before = page.url
    for label, text in typed.items():
        tab_to(page, page.get_by_label(label).locator("visible=true"))
        page.keyboard.type(text)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: url != before)


def tab_to(page: Page, wanted: Locator) -> None:
    """Every stop on the way is in view, and looks focused."""
    wanted.wait_for()
    for _ in range(FEW):
        page.keyboard.press("Tab")
        place = page.evaluate(FOCUSED)
        assert place["looks"] or place["tag"] == "IFRAME", place
        assert place["inView"], place
        if wanted.evaluate("element => element === document.activeElement"):
            return
    pytest.fail(f"{wanted} is more than {FEW} Tabs away")


FOCUSED = """() => {
  const element = document.activeElement;
  const marked = [element, element.closest("label, .card, .plan")].filter(Boolean);
  const box = element.getBoundingClientRect();
  return {
    tag: element.tagName,
    text: element.textContent.trim().slice(0, 40),
    looks: marked.some((one) => getComputedStyle(one).outlineStyle !== "none"),
    inView: box.bottom > 0 && box.top < innerHeight,
  };
}"""
