import pytest
from flask import Flask

from tests.browser import Browser, open_browser


@pytest.fixture
def other_client(app: Flask) -> Browser:
    """Somebody else's browser, or the same person's second one."""
    return open_browser(app)
