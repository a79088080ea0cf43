"""Every page that a stranger can open, on a desk and on a phone."""

import pytest
from playwright.sync_api import expect

from tests.browsing.conftest import OpenWindow
from tests.browsing.test_back_office import look
from tests.browsing.window import DESKTOP

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


def test_every_page_fits_and_axe_finds_nothing(open_window: OpenWindow) -> None:
    window = open_window()
    window.expected.add(404)
    findings = []
    for path in PATHS:
        window.page.goto(path)
        expect(window.page.get_by_role("main")).to_have_count(1)
        findings += look(window)
    assert not findings, "\n".join(findings)


def test_axe_would_find_something(open_window: OpenWindow) -> None:
    window = open_window(DESKTOP)
    window.page.goto("/")
    window.page.evaluate("document.querySelector('main').innerHTML = '<img src=icon.svg>'")
    assert "image-alt" in "".join(window.findings())
    window.complaints.clear()  # the picture is not there
