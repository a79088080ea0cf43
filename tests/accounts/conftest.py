from collections.abc import Iterator

import pytest
from flask import Flask

from shop.accounts.throttle import asks, codes, tries
from tests.browser import Browser, open_browser


@pytest.fixture(autouse=True)
def _unthrottled() -> Iterator[None]:
    """What other tests tried does not count here."""
    for window in (tries, codes, asks):
        window.forget()
    yield
    for window in (tries, codes, asks):
        window.forget()


@pytest.fixture
def other_client(app: Flask) -> Browser:
    """Somebody else's browser, or the same person's second one."""
    return open_browser(app)
