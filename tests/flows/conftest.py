import shutil
from collections.abc import Iterator

import pytest
from flask import Flask

import shop.search
from shop import db
from shop.checkout import tariffs
from shop.checkout.seeds import seed_checkout
from shop.config import Settings
from shop.search import pulse
from stripe_sandbox.testing import StripeSandbox
from tests.flows.stage import BLOG, Stage, serving


@pytest.fixture
def stage(
    app: Flask,
    settings: Settings,
    stripe_sandbox: StripeSandbox,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Stage]:
    """An open shop with an empty shelf, whose links lead to itself."""
    monkeypatch.setattr(tariffs, "LIFE", 3600.0)  # a slow machine reads it no oftener
    monkeypatch.setattr(pulse, "PAUSE", 3600.0)
    seed_checkout()
    db.commit()
    with serving(app) as url:
        here = settings.model_copy(update={"base_url": url, "buy_button_origins": BLOG})
        monkeypatch.setitem(app.extensions, "settings", here)
        shop.search.start(app)
        stage = Stage(app, url, stripe_sandbox)
        with stage.recorder.listening():
            yield stage
        stage.browser.close()
    shutil.rmtree(settings.data_dir / "search", ignore_errors=True)
    shop.search.start(app)
