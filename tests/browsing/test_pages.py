"""Every page that a stranger can open, on a phone."""

import pytest
from playwright.sync_api import expect

from tests.browsing.conftest import OpenWindow
from tests.browsing.window import DESKTOP, PHONE

pytestmark = pytest.mark.browser
PATHS = (
    "/",
    "/products",
    "/products?page=2",
    "/categories/software",
    "/search?q=zzzzqq",
    "/products/enamel-mug",
    "/products/brass-paperweight",
    "/cart",
    "/checkout/canceled",
    "/sign-in",
    "/register",
    "/api/docs",
    "/nothing/is/here",
)


def test_every_page_fits_a_phone(open_window: OpenWindow) -> None:
    window = open_window(PHONE)
    window.expected.add(404)
    for path in PATHS:
        window.page.goto(path)
        expect(window.page.get_by_role("heading", level=1)).to_have_count(1)
        expect(window.page.get_by_role("main")).to_have_count(1)
        assert window.overflow() == 0, path


@pytest.mark.parametrize("width", [DESKTOP, PHONE])
def test_axe_finds_nothing_on_any_page(open_window: OpenWindow, width: int) -> None:
    window = open_window(width)
    window.expected.add(404)
    findings = []
    for path in PATHS:
        window.page.goto(path)
        findings += window.findings()
    assert not findings, "\n".join(findings)


def test_axe_would_find_something(open_window: OpenWindow) -> None:
    window = open_window(DESKTOP)
    window.page.goto("/")
    window.page.evaluate("document.querySelector('main').innerHTML = '<img src=icon.svg>'")
    assert "image-alt" in "".join(window.findings())
    window.complaints.clear()  # the picture is not there
