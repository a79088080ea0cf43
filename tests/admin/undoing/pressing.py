"""The button of the notice that follows an act."""

import re
from typing import Any

from werkzeug.test import TestResponse

from shop.db import session
from tests.admin.catalog.forms import filled
from tests.browser import Browser


def undo_on(page: str) -> str:
    """Where the button of the last notice leads."""
    found = re.findall(r'action="(/admin/undo/[\w-]+)"', page)
    assert found, "there is nothing to undo"
    return str(found[-1])


def after(browser: Browser, answer: TestResponse) -> str:
    """The page that an act leads to."""
    assert answer.status_code == 303, answer.text
    return browser.get(answer.location).text


def press(browser: Browser, url: str) -> str:
    """What the page says afterwards."""
    page = after(browser, browser.post(url))
    session.expire_all()
    return page


def save(
    browser: Browser, url: str, field: str, to: str | None = None, **typed: Any
) -> TestResponse:
    """The form of a page with something else in it."""
    form: dict[str, Any] = dict(filled(browser.get(url).text, field))
    return browser.post(to or url, data=form | typed)
