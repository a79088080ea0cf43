"""What people search for and do not find is counted, beside the page and without them."""

from collections.abc import Iterator
from datetime import timedelta
from queue import Empty

import pytest
from flask import Flask
from flask.testing import FlaskClient
from kombu.simple import SimpleQueue
from sqlalchemy import select

from shop.db import commit, session, utcnow
from shop.search import misses, tasks
from shop.search.models import SearchMiss
from tests.factories import make_price
from tests.queries import count_queries


@pytest.fixture
def queue(app: Flask) -> Iterator[SimpleQueue]:
    """The worker's, with nobody at its other end."""
    with app.extensions["celery"].connection() as connection:
        waiting = connection.SimpleQueue("search")
        waiting.clear()
        yield waiting
        waiting.close()


def work(queue: SimpleQueue) -> list[str]:
    """Do what was asked; the words that came."""
    done: list[str] = []
    while True:
        try:
            message = queue.get(block=False)
        except Empty:
            return done
        message.ack()
        if message.headers["task"] == "shop.search.tasks.count_miss":
            (text,) = message.payload[0]
            tasks.count_miss.run(text)
            commit()
            done.append(text)


def counted() -> dict[str, int]:
    return {miss.text: miss.count for miss in session.scalars(select(SearchMiss))}


def test_only_what_finds_nothing_is_counted(client: FlaskClient, queue: SimpleQueue) -> None:
    make_price(title="Red lamp")
    tasks.sweep()
    work(queue)
    for path in ("/search?q=Sofa", "/search?q=sofa", "/api/products?q=bed", "/search?q=lamp"):
        client.get(path)
    client.get("/search?q=lamp&price_max=0.01")
    client.get("/products")

    assert work(queue) == ["sofa", "sofa", "bed"]
    assert counted() == {"sofa": 2, "bed": 1}


def test_the_page_asks_nothing_more(client: FlaskClient, queue: SimpleQueue) -> None:
    make_price(title="Red lamp")
    tasks.sweep()
    client.get("/search?q=sofa")
    with count_queries() as queries:
        client.get("/search?q=sofa")

    assert len(queries) <= 4
    assert not any("search_misses" in query for query in queries)


@pytest.mark.parametrize("text", ["ada@example.org", "+49 30 901820", "4242424242424242"])
def test_what_may_be_somebodys_own_is_not_kept(
    client: FlaskClient, queue: SimpleQueue, text: str
) -> None:
    client.get("/search", query_string={"q": text})

    assert work(queue) == []


def test_a_day_has_so_many_words(either_app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(misses, "MOST_A_DAY", 2)
    for text in ("a", "b", "c", "a"):
        tasks.count_miss.run(text)
        commit()

    assert counted() == {"a": 2, "b": 1}


def test_old_days_are_forgotten(either_app: Flask) -> None:
    today = utcnow().date()
    days = (today - misses.KEPT, today - misses.KEPT - timedelta(days=1))
    session.add_all(SearchMiss(day=day, text=str(day), count=1) for day in days)
    commit()
    tasks.count_miss.run("sofa")
    commit()

    assert set(counted()) == {str(days[0]), "sofa"}
