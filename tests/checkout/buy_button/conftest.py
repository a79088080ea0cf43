from collections.abc import Iterator

import pytest
from flask import Flask

from shop.checkout.buy_button.clients import clicks
from tests.checkout.buy_button.clicker import BLOG, Clicker, open_clicker


@pytest.fixture
def clicker(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[Clicker]:
    """On a site that is on the list."""
    settings = app.extensions["settings"]
    listed = settings.model_copy(update={"buy_button_origins": BLOG})
    monkeypatch.setitem(app.extensions, "settings", listed)
    clicks.forget()
    yield open_clicker(app)
    clicks.forget()
