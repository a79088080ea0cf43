"""A running shop to measure: two web processes, a database of its own, the sandbox as Stripe."""

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import create_engine, text

from benchmarks.catalog import fill, sendable_prices
from benchmarks.crowd import Wares
from benchmarks.family import Family, parent_of
from benchmarks.search import Language
from shop.app import create_app
from shop.billing import endpoint
from shop.db import db, session
from shop.operations import running
from tests.servers.databases import postgres
from tests.servers.house import House

WEB_PROCESSES = 2
DATABASES = ("postgresql", "sqlite")


@dataclass(frozen=True)
class Premises:
    house: House
    web: Family
    database: Family
    """Nobody on SQLite, which works inside the web processes."""
    wares: Wares

    def look_around(self) -> None:
        """The database counts what it has, as it does by itself once a minute: it plans by that."""
        engine = create_engine(self.house.settings.sqlalchemy_url, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text("ANALYZE"))
        engine.dispose()


@contextmanager
def open_premises(database: str, products: int, without: tuple[str, ...]) -> Iterator[Premises]:
    """:param without: parts of the house that are not started; their CPU is nobody's here."""
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="keystall-bench-"))
        url = stack.enter_context(postgres(by_socket=True)) if database == "postgresql" else ""
        house = House(Path(folder), without=without, database_url=url)
        web = house.parts["web"]
        web.command = running.web("127.0.0.1", house.port, WEB_PROCESSES)
        stack.enter_context(house)
        wares, servers = _stock(house, products)
        if web.process is None:
            raise RuntimeError("the web server is not up")
        yield Premises(house, Family(web.process.pid), Family(*servers), wares)


def _stock(house: House, products: int) -> tuple[Wares, list[int]]:
    """Fill the shop; also who serves its database."""
    language = Language(seed=7)
    app = create_app(house.settings)
    with app.app_context():
        if products:
            fill(language, products)
        endpoint.keep(endpoint.url())
        wares = Wares(products, language.nouns, sendable_prices())
        servers = []
        if db.engine.dialect.name == "postgresql":
            servers.append(parent_of(session.scalar(text("SELECT pg_backend_pid()")) or 0))
        session.remove()
        db.engine.dispose()
    return wares, servers
