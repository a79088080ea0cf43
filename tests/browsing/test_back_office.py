"""The back office in a browser: every page that the menu leads to, and the forms behind them."""

import pytest
from playwright.sync_api import Page, expect

from tests.browsing import staff
from tests.browsing.conftest import OpenWindow
from tests.browsing.window import DESKTOP, PHONE, Window

pytestmark = pytest.mark.browser


def pages_behind(page: Page) -> list[str]:
    """The first record and the empty form of the list that is shown, if it has them."""
    main = page.get_by_role("main")
    found = [*main.locator("tbody a").all()[:1], *main.get_by_role("link", name="New ").all()[:1]]
    return [str(link.get_attribute("href")) for link in found]


@pytest.mark.timeout(400)
def test_axe_finds_nothing_in_the_back_office(open_window: OpenWindow) -> None:
    window = open_window()
    page = window.page
    staff.enter(page)
    findings = []
    for place in staff.places(page):
        visit(page, place)
        behind = pages_behind(page)
        findings += look(window)
        for path in behind:
            visit(page, path)
            findings += look(window)
    assert not findings, "\n".join(findings)


def visit(page: Page, path: str) -> None:
    answer = page.goto(path)
    assert answer is not None
    assert answer.status == 200, path


def look(window: Window) -> list[str]:
    """At a page on both screens."""
    findings = []
    expect(window.page.get_by_role("heading", level=1)).to_have_count(1)
    for width in (DESKTOP, PHONE):
        window.resize(width)
        assert window.overflow() == 0, (window.page.url, width)
        findings += window.findings()
    return findings


def test_the_menu_of_support_leads_nowhere_that_is_refused(open_window: OpenWindow) -> None:
    page = open_window(scripts=False).page
    staff.enter(page, "support")
    for place in staff.places(page):
        visit(page, place)


def test_a_setting_is_changed_without_scripts(open_window: OpenWindow) -> None:
    window = open_window(PHONE, scripts=False)
    window.expected.add(422)
    page = window.page
    staff.enter(page)
    page.goto("/admin/tax/?search=FR")
    page.get_by_role("link", name="France").first.click()
    rate = page.get_by_label("Rate in percent")
    before = rate.input_value()
    rate.fill("much")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Write a percentage, such as 19 or 5.5.").first).to_be_visible()
    expect(rate).to_have_value("much")
    rate.fill(before)
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("was saved")).to_be_visible()
