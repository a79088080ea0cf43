"""Every page that a stranger can open, on a phone."""

import pytest
from playwright.sync_api import expect

from tests.browsing.conftest import OpenWindow
from tests.browsing.window import PHONE

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
