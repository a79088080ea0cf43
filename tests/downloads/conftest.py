import os
from collections.abc import Iterator

import boto3
import pytest
from flask import Flask
from moto.server import ThreadedMotoServer
from sqlalchemy import text

from shop.app import create_app
from shop.config import Settings
from shop.db import Base, db
from tests.browser import Browser, open_browser

POSTGRES_URL = os.environ.get("SHOP_TEST_POSTGRES_URL", "")


@pytest.fixture
def client(app: Flask) -> Browser:
    return open_browser(app)


@pytest.fixture(scope="session")
def s3_url() -> Iterator[str]:
    """An S3 server of its own, with one bucket."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("AWS_ACCESS_KEY_ID", "test")
        environment.setenv("AWS_SECRET_ACCESS_KEY", "test")
        server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
        server.start()
        host, port = server.get_host_and_port()
        endpoint = f"http://{host}:{port}"
        client = boto3.client("s3", endpoint_url=endpoint, region_name="us-east-1")
        client.create_bucket(Bucket="files")
        yield f"s3://files?endpoint_url={endpoint}&region=us-east-1"
        client.close()
        server.stop()


@pytest.fixture(params=["sqlite", "postgresql"])
def any_database(request: pytest.FixtureRequest) -> Flask:
    """The shop on SQLite, and on PostgreSQL where SHOP_TEST_POSTGRES_URL names one."""
    if request.param == "postgresql" and not POSTGRES_URL:
        pytest.skip("SHOP_TEST_POSTGRES_URL is not set")
    app: Flask = request.getfixturevalue("app" if request.param == "sqlite" else "postgres_app")
    return app


@pytest.fixture
def postgres_app(settings: Settings) -> Iterator[Flask]:
    """With tables of its own, in a schema that is dropped afterwards."""
    url = f"{POSTGRES_URL}?options=-csearch_path%3Dtest_downloads"
    app = create_app(settings.model_copy(update={"database_url": url}))
    with app.app_context():
        with db.engine.begin() as connection:
            connection.execute(text("DROP SCHEMA IF EXISTS test_downloads CASCADE"))
            connection.execute(text("CREATE SCHEMA test_downloads"))
        Base.metadata.create_all(db.engine)
        yield app
        db.session.remove()
        with db.engine.begin() as connection:
            connection.execute(text("DROP SCHEMA test_downloads CASCADE"))
        db.engine.dispose()
