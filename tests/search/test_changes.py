"""What somebody changed is seen soon, what we changed at once."""

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update
from sqlalchemy.exc import OperationalError

from shop.catalog.models import Category, Kind, Product, Status, Variant
from shop.db import commit, db, session
from shop.search import answers, changes, published, pulse, snapshots, writer
from shop.search.codec import Pool
from shop.search.filters import Wanted
from shop.search.listing import browse
from shop.search.models import SearchChange
from shop.search.snapshot import Snapshot
from tests.factories import make_price, make_product, make_variant
from tests.queries import count_queries

PATIENCE = 10.0  # seconds


def until(is_so: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + PATIENCE
    while not is_so():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True


def elsewhere(statement: Any) -> None:
    """As another process does it: no event of our session tells of it."""
    with db.engine.begin() as connection:
        connection.execute(statement)


@pytest.fixture
def visitor(app: Flask) -> FlaskClient:
    """Commits nothing before it asks, so that only requests in a row are seen by the shop."""
    return app.test_client()


def counts(client: FlaskClient, facet: str) -> dict[str, int]:
    answer: Any = client.get("/api/products").json
    return {option["value"]: option["count"] for option in answer["facets"][facet]}


def test_pages_in_a_row_ask_once_what_changed(
    visitor: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pulse, "PAUSE", 3_600)
    make_price()
    commit()
    visitor.get("/products")

    with count_queries(with_looks=True) as queries:
        visitor.get("/products")

    assert not queries


def test_while_one_asks_the_others_go_on_with_what_is_known(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Unless this process changed something: that is seen at once."""
    monkeypatch.setattr(pulse, "PAUSE", 0)
    monkeypatch.setattr(pulse, "RHYTHM", 0)
    pulses, asked = pulse.Pulses(), []

    def take() -> pulse.Pulse:
        asked.append("question")
        if len(asked) in {2, 4}:  # another thread comes by
            pulses.current()
        return pulse.Pulse((len(asked),), {})

    monkeypatch.setattr(pulse, "take", take)
    pulses.current()
    pulses.current()
    assert len(asked) == 2

    pulses.current()
    pulses.forget()
    pulses.current()
    assert len(asked) == 5


def test_a_change_that_is_committed_late_is_seen(postgres_app: Flask) -> None:
    """Another product changed after it and was committed before it."""
    late = make_product(title="Late")
    commit()
    make_product(title="Early")
    commit()
    before = pulse.take()
    changed_at = session.scalars(select(SearchChange.changed_at).order_by(SearchChange.id)).all()
    assert changed_at[0] < changed_at[1]

    just_before = changed_at[1] - timedelta(microseconds=1)
    change = update(SearchChange).where(SearchChange.product_id == late.id)
    session.execute(change.values(changed_at=just_before))
    commit()

    assert pulse.take().changes[:2] == before.changes[:2]
    assert pulse.take().changes != before.changes


def test_our_own_sale_is_seen_at_once(
    visitor: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pulse, "PAUSE", 3_600)
    variant = make_variant(stock=1)
    commit()
    assert counts(visitor, "availability") == {"in_stock": 1}

    session.execute(update(Variant).values(reserved=1))
    commit()

    assert counts(visitor, "availability") == {"sold_out": 1}
    assert variant.available == 0


def test_a_sale_elsewhere_is_seen_soon(visitor: FlaskClient) -> None:
    make_variant(stock=1)
    commit()
    assert counts(visitor, "availability") == {"in_stock": 1}

    elsewhere(update(Variant).values(reserved=1))

    assert until(lambda: counts(visitor, "availability") == {"sold_out": 1})


def test_a_small_shop_is_read_again_at_once_however_slow_the_machine(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = published.read

    def read_slowly(*asked: Any) -> Snapshot:
        fresh = read(*asked)
        time.sleep(0.1)
        return fresh

    monkeypatch.setattr(published, "read", read_slowly)
    for total in range(1, 4):
        make_product()
        commit()
        assert browse(Wanted()).total == total


@pytest.fixture
def large(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[snapshots.Snapshots]:
    """Reads in a thread of its own, as a large shop does; whoever reads has finished at the end."""
    monkeypatch.setattr(snapshots, "SMALL", 0)
    kept: snapshots.Snapshots = app.extensions["search_snapshots"]
    yield kept
    for reading in (kept._reading_all, kept._reading):
        with reading:
            pass


def test_a_large_shop_is_read_beside_the_requests(
    client: FlaskClient, large: snapshots.Snapshots
) -> None:
    make_product(title="Lamp")
    commit()
    assert client.get("/api/products").json["total"] == 1  # type: ignore[index]
    make_product(title="Desk")
    commit()

    def total() -> Any:
        answer: Any = client.get("/api/products").json
        return answer["total"]

    assert until(lambda: bool(total() == 2))


def test_only_what_changed_is_read_again(
    app: Flask, large: snapshots.Snapshots, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Even if the index was brought up to date before anybody looked."""
    writer.rebuild()
    product, _ = make_product(title="Lamp"), make_product(title="Desk")
    commit()
    assert browse(Wanted()).total == 2
    read, asked = published.read, []

    def read_and_note(currency: str, only: Any = None) -> Snapshot:
        asked.append(only)
        return read(currency, only)

    monkeypatch.setattr(published, "read", read_and_note)
    product.status = Status.ARCHIVED
    commit()
    writer.drain()

    assert until(lambda: browse(Wanted()).total == 1)
    assert asked == [{product.id}]


def test_after_many_changes_all_is_read(
    app: Flask, large: snapshots.Snapshots, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(snapshots, "MOST", 2)
    product = make_product()
    sizes = []
    for number in range(6):
        product.brand = f"Brand {number}"
        commit()
        wanted = Wanted(chosen={"brand": [product.brand]})
        assert until(lambda wanted=wanted: browse(wanted).total == 1)  # type: ignore[misc]
        sizes.append(browse(Wanted()).snapshot.size)

    assert max(sizes) == 3


def test_of_too_many_changes_all_is_read(
    app: Flask, large: snapshots.Snapshots, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(changes, "MOST", 1)
    monkeypatch.setattr(snapshots, "OLDEST", 0.0)
    monkeypatch.setattr(snapshots, "IDLE_RHYTHM", 0)
    for total in range(1, 5):
        make_product()
        commit()
        assert until(lambda total=total: browse(Wanted()).total == total)  # type: ignore[misc]


def test_what_nobody_noted_is_read_in_the_end(
    app: Flask, large: snapshots.Snapshots, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And what is noted while all is read does not wait for that."""
    product = make_product(brand="Acme")
    assert browse(Wanted()).total == 1
    session.rollback()
    elsewhere(update(Product).values(kind=Kind.LICENSE))
    read, go_on = published.read, threading.Event()

    def read_slowly(currency: str, only: Any = None) -> Snapshot:
        fresh = read(currency, only)
        assert only is not None or go_on.wait(PATIENCE)
        return fresh

    monkeypatch.setattr(published, "read", read_slowly)
    monkeypatch.setattr(snapshots, "OLDEST", 0.0)
    monkeypatch.setattr(snapshots, "IDLE_RHYTHM", 0)
    browse(Wanted())
    other = make_product(brand="Bolt")
    commit()
    assert until(lambda: browse(Wanted()).total == 2)
    monkeypatch.setattr(snapshots, "OLDEST", 3_600.0)
    go_on.set()

    licenses = Wanted(chosen={"kind": ["license"]})
    assert until(lambda: list(browse(licenses).ids) == [product.id])
    assert list(browse(Wanted()).ids) == [other.id, product.id]


def test_without_a_category_all_is_read(app: Flask, large: snapshots.Snapshots) -> None:
    lamps = Category(slug="lamps", name="Lamps")
    desk_lamps = Category(slug="desk-lamps", name="Desk lamps", parent=lamps)
    make_product(categories=[desk_lamps])
    commit()
    assert browse(Wanted(within="lamps")).total == 1

    session.delete(desk_lamps)
    make_product()
    commit()

    assert until(lambda: browse(Wanted(within="lamps")).total == 0)


def test_a_change_during_the_reading_is_read_too(
    client: FlaskClient, large: snapshots.Snapshots, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_variant(stock=1)
    commit()
    client.get("/api/products")
    make_variant(stock=1)
    commit()
    read = published.read

    def read_and_sell(*asked: Any) -> Snapshot:
        fresh = read(*asked)
        session.rollback()
        elsewhere(update(Variant).values(reserved=1))
        elsewhere(update(Product).values(title="Sold"))
        return fresh

    monkeypatch.setattr(published, "read", read_and_sell)

    assert until(lambda: counts(client, "availability") == {"sold_out": 2})


def test_a_database_that_fails_leaves_the_old_list(
    client: FlaskClient, large: snapshots.Snapshots, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_product()
    commit()
    assert counts(client, "kind")
    failed = []

    def fail(*_asked: Any) -> None:
        failed.append(True)
        raise OperationalError("SELECT", {}, Exception("gone"))

    monkeypatch.setattr(published, "read", fail)
    make_product()
    commit()

    assert until(lambda: sum(counts(client, "kind").values()) == 1 and bool(failed))


def test_the_questions_asked_last_are_remembered() -> None:
    asked = []

    def find_out(number: int) -> int:
        asked.append(number)
        return -number

    known: answers.Answers[int] = answers.Answers(2)
    for number in (1, 2, 1, 3, 1, 2):
        assert known.get(number, lambda number=number: find_out(number)) == -number  # type: ignore[misc]

    assert asked == [1, 2, 3, 2]


def test_a_rebuild_locks_nobody_out(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    make_product(title="Lamp")
    add = Pool.add
    written: list[bool] = []

    def write_meanwhile(self: Pool, posting: Any) -> None:
        if not written:
            with closing(sqlite3.connect(db.engine.url.database or "", timeout=0)) as connection:
                connection.execute("UPDATE products SET title = 'Torch'")
                connection.commit()
            written.append(True)
        add(self, posting)

    monkeypatch.setattr(Pool, "add", write_meanwhile)
    session.rollback()

    assert writer.rebuild() == 1
    assert written
