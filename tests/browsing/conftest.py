from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.browsing.window import Window
from tests.servers.house import House

OpenWindow = Callable[..., Window]


@pytest.fixture
def open_window(chromium: Browser, house: House) -> Iterator[OpenWindow]:
    """Windows for different people: `open_window(PHONE, scripts=False)`."""
    opened: list[Window] = []

    def open_one(*args: Any, **kwargs: Any) -> Window:
        opened.append(Window(chromium, house, *args, **kwargs))
        return opened[-1]

    yield open_one
    complaints = [complaint for window in opened for complaint in window.close()]
    assert not complaints, "\n".join(complaints)
