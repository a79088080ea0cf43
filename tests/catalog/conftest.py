"""Both databases, for what only a real race can show."""

import os
import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import create_engine, text

from shop import config
from shop.db import Base, db
from shop.db import init_app as init_database

POSTGRES = os.environ.get("SHOP_TEST_POSTGRES_URL", "")
NO_POSTGRES = pytest.mark.skipif(not POSTGRES, reason="SHOP_TEST_POSTGRES_URL is not set")


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=NO_POSTGRES)])
def racetrack(request: pytest.FixtureRequest, tmp_path: Path, _app: Flask) -> Iterator[Flask]:
    """A database with room for 25 connections, and nothing else of the shop but its queue."""
    app = Flask("racetrack")
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = {"pool_size": 25}
    schema = f"race_{secrets.token_hex(4)}"
    url = f"{POSTGRES}?options=-csearch_path%3D{schema}" if request.param == "postgresql" else ""
    settings = config.load(_env_file=None, data_dir=tmp_path, database_url=url)
    config.init_app(app, settings)
    init_database(app)
    app.extensions["celery"] = _app.extensions["celery"]
    if url:
        _execute(f"CREATE SCHEMA {schema}")
    with app.app_context():
        Base.metadata.create_all(db.engine)
        yield app
        db.session.remove()
        db.engine.dispose()
    if url:
        _execute(f"DROP SCHEMA {schema} CASCADE")


def _execute(statement: str) -> None:
    engine = create_engine(POSTGRES)
    with engine.begin() as connection:
        connection.execute(text(statement))
    engine.dispose()
