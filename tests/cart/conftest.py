"""The whole shop on both databases, for what only a real race can show."""

import os
import secrets
from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import create_engine, text

from shop.app import create_app
from shop.config import Settings
from shop.db import Base, db
from tests.browser import Browser, open_browser

POSTGRES = os.environ.get("SHOP_TEST_POSTGRES_URL", "")
NO_POSTGRES = pytest.mark.skipif(not POSTGRES, reason="SHOP_TEST_POSTGRES_URL is not set")


@pytest.fixture
def client(app: Flask) -> Browser:
    return open_browser(app)


@pytest.fixture
def other_client(app: Flask) -> Browser:
    """Somebody else's browser, or the same person's second one."""
    return open_browser(app)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=NO_POSTGRES)])
def either_app(request: pytest.FixtureRequest, app: Flask, settings: Settings) -> Iterator[Flask]:
    if request.param == "sqlite":
        yield app
        return
    schema = f"cart_{secrets.token_hex(4)}"
    _execute(f"CREATE SCHEMA {schema}")
    url = f"{POSTGRES}?options=-csearch_path%3D{schema}"
    postgres_app = create_app(settings.model_copy(update={"database_url": url}))
    postgres_app.testing = True
    with postgres_app.app_context():
        Base.metadata.create_all(db.engine)
        yield postgres_app
        db.session.remove()
        db.engine.dispose()
    app.extensions["celery"].set_default()
    _execute(f"DROP SCHEMA {schema} CASCADE")


def _execute(statement: str) -> None:
    engine = create_engine(POSTGRES)
    with engine.begin() as connection:
        connection.execute(text(statement))
    engine.dispose()
