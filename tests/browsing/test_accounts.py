"""Opening an account by mail and choosing a new password, as people do it."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browsing.conftest import OpenWindow
from tests.browsing.window import DESKTOP, PHONE, Window
from tests.servers.house import House
from tests.servers.processes import eventually

pytestmark = pytest.mark.browser
OPENED, CHOSEN = "three blue teapots", "four green kettles"


def links(house: House, email: str, kind: str) -> list[str]:
    """In the mails to this address."""
    bodies = [m.get_body(("plain",)) for m in house.mails() if m["To"] == email]
    texts = [str(body.get_content()) for body in bodies if body]
    return [found for text in texts for found in re.findall(rf"/{kind}/[\w-]{{43}}", text)]


def send(window: Window, email: str, kind: str) -> None:
    """The form, and the link of the mail that follows."""
    page = window.page
    page.get_by_label("E-mail").fill(email)
    page.get_by_role("button", name="Send me the link").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("We have sent you a mail")
    expect(page.get_by_text(email)).to_be_visible()
    assert window.overflow() == 0
    assert eventually(lambda: bool(links(window.house, email, kind)))
    page.goto(links(window.house, email, kind)[-1])


def choose(page: Page, password: str, button: str) -> None:
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name=button).click()


@pytest.mark.parametrize(("width", "scripts"), [(DESKTOP, True), (PHONE, False)])
def test_an_account_is_opened_and_its_password_forgotten(
    open_window: OpenWindow, *, width: int, scripts: bool
) -> None:
    window = open_window(width, scripts=scripts)
    window.expected |= {410, 422}
    page, email = window.page, f"teapot{width}@example.com"

    page.goto("/sign-in")
    page.get_by_role("link", name="Create an account").click()
    send(window, email, "register")
    choose(page, "password1234", "Open account")
    expect(page.locator("#password-error")).to_contain_text("guessed first")
    choose(page, OPENED, "Open account")
    expect(page.get_by_text("Your account is open")).to_be_visible()
    page.get_by_role("button", name="Sign out").click()

    page.get_by_role("link", name="Forgot your password?").click()
    send(window, email, "password-reset")
    address = page.url
    choose(page, CHOSEN, "Set password")
    expect(page.get_by_text("Your new password is set")).to_be_visible()
    page.goto(address)
    expect(page.get_by_role("heading", level=1)).to_have_text("This link does not work any more")
    assert window.overflow() == 0
