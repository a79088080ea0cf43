from collections.abc import Iterator

import pytest
from flask import Flask

from shop.licenses.throttle import questions
from tests.browser import Browser, open_browser


@pytest.fixture(autouse=True)
def _unthrottled() -> Iterator[None]:
    """What other tests asked does not count here."""
    questions.forget()
    yield
    questions.forget()


@pytest.fixture
def program(app: Flask) -> Browser:
    """Software on somebody's machine: no cookies, no CSRF token."""
    browser = Browser(app, app.response_class, use_cookies=False)
    browser.has_token = False
    return browser


@pytest.fixture
def other_client(app: Flask) -> Browser:
    """Somebody else's browser."""
    return open_browser(app)
