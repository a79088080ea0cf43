"""Both databases, for what only a real race can show."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from shop import config
from shop.db import Base, db
from shop.db import init_app as init_database


@pytest.fixture(params=["sqlite", "postgresql"])
def racetrack(request: pytest.FixtureRequest, tmp_path: Path, _app: Flask) -> Iterator[Flask]:
    """A database with room for 25 connections, and nothing else of the shop but its queue."""
    app = Flask("racetrack")
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = {"pool_size": 25}
    on_sqlite = request.param == "sqlite"
    url = "" if on_sqlite else request.getfixturevalue("postgres_database")
    settings = config.load(_env_file=None, data_dir=tmp_path, database_url=url)
    config.init_app(app, settings)
    init_database(app)
    app.extensions["celery"] = _app.extensions["celery"]
    app.extensions["broker_rest"] = _app.extensions["broker_rest"]
    with app.app_context():
        Base.metadata.create_all(db.engine)
        yield app
        db.session.remove()
        db.engine.dispose()
