"""Lists, searches and suggestions over a made-up catalog, in process, on SQLite.

`python -m benchmarks.search [PRODUCTS]`; 100,000 products take some minutes to index first.
"""

import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from itertools import accumulate
from pathlib import Path
from statistics import quantiles
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Table, insert

from shop import config
from shop.app import create_app
from shop.catalog.models import Category, Kind, Price, Product, Status, Variant, product_categories
from shop.db import Base, commit, db, session, utcnow
from shop.search import writer

REPEATS = 100
VOWELS, CONSONANTS = "aeiou", "bdfgklmnprstv"


class Language:
    """Made-up words; some are said much more often than others."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.words = [self._word() for _ in range(20_000)]
        self.nouns, self.adjectives = self.words[1_000:1_400], self.words[2_000:2_300]
        self.weights = list(accumulate(1 / (rank + 10) for rank in range(len(self.words))))

    def _word(self) -> str:
        syllables = self.chance.randint(2, 4)
        return "".join(
            self.chance.choice(CONSONANTS) + self.chance.choice(VOWELS) for _ in range(syllables)
        )

    def title(self) -> str:
        adjectives = self.chance.sample(self.adjectives, 2)
        return " ".join([*adjectives, self.chance.choice(self.nouns)])

    def text(self, length: int = 40) -> str:
        return " ".join(self.chance.choices(self.words, cum_weights=self.weights, k=length))


def fill(language: Language, count: int) -> None:
    """Straight into the tables: the benchmark is about reading."""
    now, chance = utcnow(), language.chance
    _insert(Category, [{"id": n, "slug": f"c{n}", "name": language.title()} for n in range(1, 41)])
    _insert(
        Product,
        (
            {
                "id": n,
                "slug": f"p{n}",
                "title": language.title(),
                "kind": chance.choice(list(Kind)),
                "status": Status.PUBLISHED,
                "summary": language.text(8),
                "description": language.text(),
                "brand": f"Brand {chance.randint(1, 200)}",
                "published_at": now - timedelta(minutes=n),
            }
            for n in range(1, count + 1)
        ),
    )
    members = ({"product_id": n, "category_id": chance.randint(1, 40)} for n in range(1, count + 1))
    _insert_rows(product_categories, members)
    _insert(
        Variant,
        (
            {
                "id": n,
                "product_id": n,
                "sku": f"{chance.choice(language.nouns)[:3].upper()}-{n:06}",
                "options": {},
                "tracks_stock": n % 2 == 0,
                "on_hand": chance.randint(0, 20),
            }
            for n in range(1, count + 1)
        ),
    )
    amounts = (
        {"variant_id": n, "currency": "EUR", "unit_amount": chance.randint(100, 50_000)}
        for n in range(1, count + 1)
    )
    _insert(Price, amounts)


def _insert(model: Any, rows: Any) -> None:
    _insert_rows(model.__table__, rows)


def _insert_rows(table: Table, rows: Any) -> None:
    batch = []
    for row in rows:
        batch.append(row)
        if len(batch) == 5_000:
            session.execute(insert(table), batch)
            batch = []
    if batch:
        session.execute(insert(table), batch)
    commit()


def questions(language: Language) -> dict[str, Callable[[], str]]:
    """What is asked, each time with other words."""
    chance = language.chance

    def noun() -> str:
        return chance.choice(language.nouns)

    def common() -> str:
        return chance.choice(language.words[:30])

    def typo() -> str:
        word = next(word for word in iter(noun, "") if len(word) > 5)
        return f"{word[:3]}z{word[4:]}"

    return {
        "list": lambda: f"/products?page={chance.randint(1, 20)}",
        "list by price, one kind": lambda: "/products?kind=digital&sort=price",
        "category, price range": lambda: (
            f"/categories/c{chance.randint(1, 40)}?price_min=20&price_max=200&sort=-price"
        ),
        "search one word": lambda: f"/search?q={noun()}",
        "search two words": lambda: f"/search?q={chance.choice(language.adjectives)}+{noun()}",
        "search, brand, in stock, by price": lambda: (
            f"/search?q={noun()}&brand=Brand+{chance.randint(1, 200)}"
            "&availability=in_stock&sort=price"
        ),
        "search a beginning": lambda: f"/search?q={noun()[:4]}",
        "search a misspelled word": lambda: f"/search?q={typo()}",
        "search a very common word": lambda: f"/search?q={common()}",
        "suggestions": lambda: f"/search/suggestions?q={noun()[:3]}",
    }


def measure(client: FlaskClient, ask: Callable[[], str]) -> Iterator[tuple[float, float]]:
    """Milliseconds of each request: by the clock, and of the processor."""
    for _ in range(REPEATS):
        url = ask()
        started, worked = time.perf_counter(), time.process_time()
        answer = client.get(url)
        clock, work = time.perf_counter() - started, time.process_time() - worked
        yield 1_000 * clock, 1_000 * work
        if answer.status_code != 200:
            raise RuntimeError(f"{url} answered {answer.status_code}")


def report(name: str, times: Sequence[tuple[float, float]]) -> None:
    clock, work = (quantiles(column, n=100) for column in zip(*times, strict=True))
    print(
        f"{name:34} p50 {clock[49]:6.1f} ms  p95 {clock[94]:6.1f} ms"
        f"   processor p50 {work[49]:6.1f} ms  p95 {work[94]:6.1f} ms"
    )


def build(app: Flask, count: int) -> Language:
    language = Language(seed=7)
    Base.metadata.create_all(db.engine)
    fill(language, count)
    started = time.perf_counter()
    writer.rebuild()
    print(f"{count:,} products indexed in {time.perf_counter() - started:.0f} s")
    app.test_client().get("/search?q=warm")
    return language


def main(count: int = 100_000) -> None:
    with tempfile.TemporaryDirectory() as folder:
        settings = config.load(_env_file=None, data_dir=Path(folder), broker_url="memory://")
        app = create_app(settings)
        with app.app_context():
            language = build(app, count)
        everything = []
        for name, ask in questions(language).items():
            times = list(measure(app.test_client(), ask))
            everything += times
            report(name, times)
        report("all of these", everything)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
