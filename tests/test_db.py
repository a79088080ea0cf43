"""One request is one transaction; writers on SQLite queue up instead of failing."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from threading import Barrier
from typing import Any

import pytest
from flask import Flask, current_app
from sqlalchemy import NullPool, create_engine, event, func, select, update
from sqlalchemy.exc import OperationalError, StatementError
from werkzeug.test import TestResponse

from shop.billing.models import StripeEvent
from shop.catalog.models import Category, Variant
from shop.config import Settings
from shop.db import (
    WroteInGet,
    after_commit,
    commit,
    db,
    rollback,
    session,
    will_write,
)
from tests.billing.signing import make_event, send
from tests.browser import Browser
from tests.factories import make_price, make_product, make_variant

BERLIN = timezone(timedelta(hours=1))


@contextmanager
def beginnings() -> Iterator[list[str]]:
    """How transactions began meanwhile."""
    statements: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        if statement.startswith("BEGIN"):
            statements.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(db.engine, "before_cursor_execute", note)


def add_to_cart(client: Browser) -> Callable[[], TestResponse]:
    """The request of a visitor whose page is open, with its CSRF token; any thread may send it."""
    item = {"price_id": make_price().id, "quantity": 1}
    headers = {"X-CSRFToken": client.get("/api/csrf").get_json()["token"]}
    client.has_token = False  # it is above already

    def ask() -> TestResponse:
        with client.application.app_context():
            return client.post("/api/cart/items", json=item, headers=headers)

    return ask


def test_a_get_takes_no_lock(client: Browser) -> None:
    with beginnings() as begun:
        assert client.get("/products").status_code == 200

    assert set(begun) == {"BEGIN"}


def test_a_post_takes_the_lock_before_it_reads(client: Browser) -> None:
    ask = add_to_cart(client)
    with beginnings() as begun:
        assert ask().status_code == 201

    assert set(begun) == {"BEGIN IMMEDIATE"}


def test_a_get_that_says_so_takes_the_lock(app: Flask) -> None:
    with beginnings() as begun, app.test_request_context("/"):
        session.scalar(select(Category.id))
        will_write()
        session.scalar(select(Category.id))

    assert begun == ["BEGIN", "BEGIN IMMEDIATE"]


def test_a_get_that_did_not_say_so_writes_nothing(either_app: Flask) -> None:
    variant_id = make_variant(stock=1).id
    commit()
    with either_app.test_request_context("/"):
        session.get_one(Variant, variant_id).on_hand = 2
        with pytest.raises(WroteInGet):
            session.flush()
        rollback()
        with pytest.raises(WroteInGet):
            session.execute(update(Variant).values(on_hand=2))

    assert session.scalar(select(Variant.on_hand)) == 1


@pytest.mark.usefixtures("postgres_app")
def test_a_get_opens_no_transaction_on_postgresql() -> None:
    transaction = select(func.pg_current_xact_id())
    with current_app.test_request_context("/"):
        assert session.scalar(transaction) != session.scalar(transaction)


@pytest.mark.usefixtures("postgres_app")
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_who_writes_on_a_connection_of_a_reader_has_one_transaction(method: str) -> None:
    transaction = select(func.pg_current_xact_id())
    for _ in range(12):  # more than a pool keeps, so that one comes back
        with current_app.test_request_context("/"):
            session.scalar(transaction)
            session.rollback()
        with current_app.test_request_context("/", method=method):
            will_write()
            assert session.scalar(transaction) == session.scalar(transaction)
            session.rollback()


@pytest.mark.usefixtures("postgres_app")
def test_a_connection_that_the_server_closed_is_left_alone() -> None:
    mine = session.scalar(select(func.pg_backend_pid()))
    session.rollback()
    with create_engine(db.engine.url, poolclass=NullPool).connect() as killer:
        killer.execute(select(func.pg_terminate_backend(mine, 5_000)))

    assert session.scalar(select(func.pg_backend_pid())) != mine


def test_read_modify_write_loses_nothing(app: Flask) -> None:
    variant_id = make_variant(stock=0).id
    commit()

    def add_one(_turn: int) -> None:
        with app.app_context():
            variant = session.get_one(Variant, variant_id)
            variant.on_hand += 1
            commit()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(add_one, range(60)))

    assert session.scalar(select(Variant.on_hand)) == 60


@pytest.mark.usefixtures("unguarded")
def test_without_the_lock_one_of_two_writers_would_fail(app: Flask) -> None:
    """The negative control: in a GET that did not say that it writes."""
    variant_id = make_variant(stock=0).id
    commit()
    both_have_read = Barrier(2)

    def add_one(_turn: int) -> bool:
        with app.test_request_context("/"):
            variant = session.get_one(Variant, variant_id)
            both_have_read.wait(timeout=10)
            variant.on_hand += 1
            try:
                commit()
            except OperationalError:
                rollback()
                return False
            return True

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(add_one, range(2))) == [False, True]


HOLD_LOCK = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN IMMEDIATE")
print("held", flush=True)
sys.stdin.read()
"""


@contextmanager
def another_process_writing() -> Iterator[Callable[[], None]]:
    """Another process holds the write lock; what is yielded ends that early."""
    path = str(db.engine.url.database)
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD_LOCK, path],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert holder.stdin
    assert holder.stdout
    assert holder.stdout.readline() == "held\n"
    try:
        yield holder.stdin.close
    finally:
        holder.stdin.close()
        holder.wait(timeout=10)
        holder.stdout.close()


@pytest.fixture
def impatient(app: Flask) -> Iterator[None]:
    """SQLite waits a quarter of a second for a lock instead of ten."""

    def hurry(connection: Any, _record: object) -> None:
        connection.execute("PRAGMA busy_timeout=250")

    db.engine.dispose()
    event.listen(db.engine, "connect", hurry)
    yield
    event.remove(db.engine, "connect", hurry)
    db.engine.dispose()


def test_i01_a_writer_waits_for_the_lock_of_another_process(client: Browser) -> None:
    ask = add_to_cart(client)
    with another_process_writing() as end, ThreadPoolExecutor(1) as pool:
        asked = pool.submit(ask)
        with pytest.raises(TimeoutError):
            asked.result(timeout=2)
        end()

        assert asked.result(timeout=10).status_code == 201


@pytest.mark.usefixtures("impatient")
def test_i01_a_lock_held_too_long_is_a_503_that_says_when_to_come_again(
    client: Browser, settings: Settings
) -> None:
    ask = add_to_cart(client)
    with another_process_writing():
        refused = ask()
        webhook = send(client, settings, make_event())
        read = client.get("/products")

    assert (refused.status_code, webhook) == (503, 503)
    assert refused.headers["Retry-After"] == "5"
    assert refused.mimetype == "application/problem+json"
    assert read.status_code == 200
    assert send(client, settings, make_event()) == 200
    assert session.scalar(select(func.count(StripeEvent.id))) == 1


@pytest.fixture
def little_app(app: Flask) -> Flask:
    """Nothing but a database, and a route that writes and answers what it is told."""
    little = Flask("little")
    little.config["SQLALCHEMY_DATABASE_URI"] = app.config["SQLALCHEMY_DATABASE_URI"]
    db.init_app(little)
    little.after_request(app.after_request_funcs[None][0])

    @little.post("/<int:status>")
    def write(status: int) -> tuple[str, int]:
        session.add(Category(slug=f"c-{status}", name="A category"))
        session.flush()  # it has reached the database
        if status == 599:
            raise RuntimeError("a fault")
        return "", status

    return little


@pytest.mark.parametrize("status", [200, 201, 303])
def test_what_succeeds_is_kept(little_app: Flask, status: int) -> None:
    little_app.test_client().post(f"/{status}")

    assert session.scalars(select(Category.slug)).all() == [f"c-{status}"]


@pytest.mark.parametrize("status", [400, 404, 422, 500, 599])
def test_what_fails_leaves_no_trace(little_app: Flask, status: int) -> None:
    little_app.test_client().post(f"/{status}")

    assert session.scalars(select(Category.slug)).all() == []


def test_calls_after_the_commit_run_in_order_and_see_it(app: Flask) -> None:
    seen: list[tuple[str, int]] = []

    def look(name: str) -> None:
        with app.app_context():
            seen.append((name, session.scalar(select(func.count(Category.id))) or 0))

    session.add(Category(slug="one", name="One"))
    after_commit(lambda: look("first"))
    after_commit(lambda: look("second"))
    assert seen == []
    commit()
    commit()

    assert seen == [("first", 1), ("second", 1)]


def test_calls_are_forgotten_with_the_transaction(app: Flask) -> None:
    called: list[int] = []
    after_commit(lambda: called.append(1))
    rollback()
    commit()

    assert called == []


def test_times_come_back_aware_and_in_utc(either_app: Flask) -> None:
    product = make_product(published_at=datetime(2026, 3, 1, 13, tzinfo=BERLIN))
    session.expire_all()

    assert product.published_at
    assert product.published_at.isoformat() == "2026-03-01T12:00:00+00:00"


def test_a_naive_time_is_refused(app: Flask) -> None:
    with pytest.raises(StatementError, match="naive"):
        make_product(published_at=datetime(2026, 3, 1))  # noqa: DTZ001  the point


def test_what_the_flush_of_a_commit_asks_for_is_done_too(app: Flask) -> None:
    called: list[str] = []

    def ask(_session: Any, _context: Any) -> None:
        after_commit(lambda: called.append("asked while flushing"))

    event.listen(session(), "after_flush", ask)
    session.add(Category(slug="new", name="New"))
    commit()
    assert called == ["asked while flushing"]
