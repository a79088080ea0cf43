"""Real servers as fixtures; `pytest_plugins = ["tests.servers.fixtures"]` brings them in."""

from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack, contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text

from shop.app import create_app
from shop.config import Settings
from shop.db import Base, db, session
from tests.servers.databases import database, postgres, redis_service
from tests.servers.house import House

MakeHouse = Callable[..., House]
_numbers = count(1)
_open_houses: list[House] = []


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A private PostgreSQL server, by the URL of a database that nobody else uses."""
    with postgres() as url:
        yield url


@pytest.fixture
def postgres_database(postgres_url: str) -> Iterator[str]:
    """A new PostgreSQL database, for this test alone."""
    with database(postgres_url, f"test_{next(_numbers)}") as url:
        yield url


@pytest.fixture(scope="session")
def _postgres_app(postgres_url: str, settings: Settings) -> Iterator[Flask]:
    with database(postgres_url, "shop") as url:
        app = create_app(settings.model_copy(update={"database_url": url}))
        app.testing = True
        with app.app_context():
            Base.metadata.create_all(db.engine)
        yield app
        with app.app_context():
            db.engine.dispose()


@pytest.fixture
def postgres_app(_postgres_app: Flask) -> Iterator[Flask]:
    """An empty shop on PostgreSQL."""
    with _postgres_app.app_context():
        _empty()
        session.commit()
        yield _postgres_app
        session.remove()


def _empty() -> None:
    """As new, without the half second that TRUNCATE takes for as many tables."""
    names = Base.metadata.tables
    asked = ", ".join(f'EXISTS (TABLE "{name}") AS "{name}"' for name in names)
    found = session.execute(text(f"SELECT {asked}")).mappings().one()
    session.execute(text("SET LOCAL session_replication_role = replica"))  # no trigger, no key
    for name in names:
        if found[name]:
            session.execute(text(f'DELETE FROM "{name}"'))
    session.execute(text("SELECT setval(sequencename::regclass, 1, false) FROM pg_sequences"))


@pytest.fixture(params=["sqlite", "postgresql"])
def either_app(request: pytest.FixtureRequest, app: Flask) -> Iterator[Flask]:
    """The test runs twice, with each database; both are empty. For races, and for odd input."""
    if request.param == "sqlite":
        yield app
        return
    yield request.getfixturevalue("postgres_app")


@pytest.fixture(scope="session")
def redis_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with redis_service(tmp_path_factory.mktemp("redis")) as (_server, url):
        yield url


@pytest.fixture
def make_house(tmp_path: Path) -> Iterator[MakeHouse]:
    """Open houses of this test's own: `make_house(without=("worker",))`."""
    with ExitStack() as stack:
        yield lambda **given: stack.enter_context(open_house(tmp_path, **given))


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A shop with the demo catalog that all tests share: leave it as you found it."""
    with open_house(tmp_path_factory.mktemp("house")) as shared:
        seeded = shared.shop_here("seed")
        assert seeded.exit_code == 0, seeded.output
        yield shared


@contextmanager
def open_house(folder: Path, **given: Any) -> Iterator[House]:
    """A house whose logs are shown when a test fails meanwhile."""
    with House(folder / f"house-{next(_numbers)}", **given) as opened:
        _open_houses.append(opened)
        yield opened
        _open_houses.remove(opened)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """What the servers had to say, under the failure."""
    report = yield
    if report.failed:
        report.sections += [(f"house at {house.base_url}", house.logs()) for house in _open_houses]
    return report
