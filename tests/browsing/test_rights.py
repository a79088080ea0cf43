"""Files that staff gives to somebody: their pages, and what they say about themselves."""

import re

import pytest
from playwright.sync_api import expect

from tests.browsing.conftest import OpenWindow
from tests.browsing.window import DESKTOP, PHONE

pytestmark = pytest.mark.browser
PRODUCT = "room-tone-reverb"


@pytest.mark.parametrize(("width", "scripts"), [(DESKTOP, True), (PHONE, False)])
def test_who_was_given_files_finds_them_and_reads_why(
    open_window: OpenWindow, *, width: int, scripts: bool
) -> None:
    window = open_window(width, scripts=scripts)
    page, email = window.page, f"press{width}@example.com"
    made = window.house.shop_here("users", "create", "--email", email)
    password = made.stdout.rsplit("Password: ", 1)[1].strip()
    window.house.shop("grants", "give", email, PRODUCT, "--reason", "press").check_returncode()

    page.goto("/sign-in?next=/account/access")
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password").fill(password)
    page.get_by_role("main").get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your access")
    expect(page.get_by_text("Given by us on")).to_be_visible()
    assert window.overflow() == 0

    page.goto("/account/downloads")
    page.get_by_label("Tell me about new versions").check()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_label("Tell me about new versions")).to_be_checked()
    assert window.overflow() == 0
    page.get_by_role("link", name="All versions and details").click()
    expect(page.get_by_role("heading", level=2, name=re.compile("^Version"))).to_be_visible()
    expect(page.get_by_label("Tell me about new versions")).to_be_checked()
    assert window.overflow() == 0
