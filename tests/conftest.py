"""A shop on a real SQLite file, emptied for every test, and the Stripe sandbox beside it."""

import gc
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from flask import Flask
from sqlalchemy import event

from shop import config
from shop.accounts import passwords
from shop.cli import open_shop
from shop.config import Settings
from shop.db import Base, OneTransaction, db, refuse_flush
from shop.preferences import kept
from stripe_sandbox.testing import StripeSandbox
from tests.browser import Browser, open_browser

pytest_plugins = ["tests.browsing.chromium", "tests.servers.fixtures"]


@pytest.fixture(scope="session")
def _stripe_sandbox() -> Iterator[StripeSandbox]:
    with StripeSandbox() as sandbox:
        yield sandbox


@pytest.fixture
def stripe_sandbox(_stripe_sandbox: StripeSandbox) -> StripeSandbox:
    """As new: no objects, no faults."""
    _stripe_sandbox.reset()
    return _stripe_sandbox


@pytest.fixture(scope="session")
def settings(tmp_path_factory: pytest.TempPathFactory, _stripe_sandbox: StripeSandbox) -> Settings:
    return config.load(
        _env_file=None,
        data_dir=tmp_path_factory.mktemp("shop"),
        base_url="http://localhost",
        broker_url="memory://",
        stripe_api_base=_stripe_sandbox.url,
        stripe_webhook_secret=_stripe_sandbox.webhook_secret,
    )


@pytest.fixture(scope="session", autouse=True)
def _settings_hold() -> Iterator[None]:
    """Nobody looks in the middle of a test whether they were changed, unless it says so."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(kept, "PAUSE", 3600.0)
        yield


@pytest.fixture(scope="session", autouse=True)
def production_hasher() -> Iterator[PasswordHasher]:
    """What the shop hashes with; in most tests a hash costs less, as some make many."""
    with pytest.MonkeyPatch.context() as patch:
        dear = passwords._hasher
        patch.setattr(passwords, "_hasher", PasswordHasher(1, 8, 1))
        yield dear


@pytest.fixture(scope="session")
def _app(settings: Settings) -> Flask:
    app = open_shop(settings)
    app.testing = True
    gc.freeze()  # none of it is garbage, however often one looks
    return app


@pytest.fixture(scope="session")
def _empty_database(_app: Flask, settings: Settings) -> Path:
    """The schema, made once; every test gets a copy."""
    with _app.app_context():
        Base.metadata.create_all(db.engine)
        db.engine.dispose()
    template = settings.data_dir / "empty.db"
    shutil.move(settings.data_dir / "shop.db", template)
    return template


@pytest.fixture
def app(
    _app: Flask, _empty_database: Path, settings: Settings, stripe_sandbox: StripeSandbox
) -> Iterator[Flask]:
    """The shop with an empty database, inside its application context."""
    for file in settings.data_dir.glob("shop.db*"):
        file.unlink()
    shutil.copy(_empty_database, settings.data_dir / "shop.db")
    with _app.app_context():
        _app.extensions["choices"].forget()
        config.current()  # looks at the settings of this database
        yield _app
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def client(app: Flask) -> Browser:
    """A stranger's browser."""
    return open_browser(app)


@pytest.fixture
def unguarded() -> Iterator[None]:
    """A GET may write without saying so, for negative controls."""
    guard = (OneTransaction, "before_flush", refuse_flush)
    event.remove(*guard)
    yield
    event.listen(*guard)
