"""Setting up a second factor, signing in with it, and being asked once more, as people do it."""

import re
import time

import pyotp
import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import text

from tests.browsing.conftest import OpenWindow
from tests.browsing.window import DESKTOP, PHONE, Window
from tests.servers.house import House

pytestmark = pytest.mark.browser


def make_account(house: House, email: str) -> str:
    """Its password."""
    made = house.shop_here("users", "create", "--email", email)
    assert made.exit_code == 0, made.output
    return made.stdout.partition("Password: ")[2].strip()


def type_code(page: Page, code: str, button: str) -> None:
    page.get_by_role("textbox", name="Code").fill(code)
    page.get_by_role("button", name=button).click()


def sign_in(page: Page, email: str, password: str) -> None:
    page.goto("/sign-in")
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()


def forget_confirmations(house: House, email: str) -> None:
    """As a quarter of an hour does."""
    mine = "(SELECT id FROM users WHERE email = :email)"
    forget = text(f"UPDATE sign_in_sessions SET confirmed_at = NULL WHERE user_id = {mine}")
    with house.session() as session:
        session.execute(forget, {"email": email})


def set_up(window: Window, password: str) -> tuple[pyotp.TOTP, list[str]]:
    page = window.page
    page.goto("/account/security")
    page.get_by_role("link", name="Set up a second factor").click()
    page.get_by_label("Your password").fill("wrong horse")
    page.get_by_role("button", name="Go on").click()
    expect(page.locator("#password-error")).to_contain_text("not your current password")
    page.get_by_label("Your password").fill(password)
    page.get_by_role("button", name="Go on").click()
    expect(page.locator(".qrcode svg")).to_be_visible()
    assert window.overflow() == 0
    app = pyotp.TOTP(page.locator("#secret").inner_text().replace(" ", ""))
    type_code(page, app.now(), "Turn it on")
    expect(page.get_by_role("heading", level=1)).to_have_text("Your recovery codes")
    codes = page.locator("#recovery-codes li").all_inner_texts()
    assert window.overflow() == 0
    page.get_by_role("link", name="I have kept them").click()
    return app, codes


@pytest.mark.parametrize(("width", "scripts"), [(DESKTOP, True), (PHONE, False)])
def test_a_second_factor_from_beginning_to_end(
    open_window: OpenWindow, house: House, *, width: int, scripts: bool
) -> None:
    window = open_window(width, scripts=scripts)
    window.expected |= {403, 422}
    page, email = window.page, f"kettle{width}@example.com"
    password = make_account(house, email)
    sign_in(page, email, password)
    app, codes = set_up(window, password)
    page.get_by_role("button", name="Sign out").click()

    sign_in(page, email, password)
    expect(page.get_by_role("heading", level=1)).to_have_text("Enter your code")
    assert window.overflow() == 0
    type_code(page, "nonsense", "Sign in")
    expect(page.locator("#code-error")).to_contain_text("That code is not right")
    type_code(page, app.at(time.time() + app.interval), "Sign in")
    expect(page).to_have_url(re.compile("/account$"))

    forget_confirmations(house, email)
    page.goto("/account/security/second-factor")
    page.get_by_role("button", name="Remove it").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Please confirm that it is you")
    assert window.overflow() == 0
    type_code(page, codes[0], "Confirm and go on")
    expect(page.get_by_text("The second factor is removed.")).to_be_visible()
