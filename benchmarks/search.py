"""Lists, searches and suggestions over a made-up catalog, in process, on SQLite.

`python -m benchmarks.search [PRODUCTS]`; 100,000 products take some minutes to index first.
The log goes to the standard output too: `| grep -v request_id` leaves it out.
"""

import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import timedelta
from itertools import accumulate
from mmap import PAGESIZE
from multiprocessing import get_context
from pathlib import Path
from resource import RUSAGE_SELF, getrusage
from statistics import quantiles
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import Table, insert

from shop import config
from shop.app import create_app
from shop.catalog.models import Category, Kind, Price, Product, Status, Variant, product_categories
from shop.config import Settings
from shop.db import Base, commit, db, session, utcnow
from shop.search import tasks, writer

REPEATS = 100
PATIENCE = 120  # seconds
NEW_TITLE = "Quixotic"
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


def build(count: int) -> Language:
    language = Language(seed=7)
    Base.metadata.create_all(db.engine)
    fill(language, count)
    started, worked = time.perf_counter(), time.process_time()
    writer.rebuild()
    clock, work = time.perf_counter() - started, time.process_time() - worked
    peak = getrusage(RUSAGE_SELF).ru_maxrss // 1024
    print(f"{count:,} products indexed in {clock:.0f} s, {work:.0f} s of CPU; peak {peak} MiB")
    return language


def watch_changes(settings: Settings, client: FlaskClient, count: int) -> None:
    """How long after another process saved a change this one shows it, asked all the time."""
    signs: dict[str, Callable[[], bool]] = {
        NEW_TITLE: lambda: f"{NEW_TITLE}</mark>" in client.get(f"/search?q={NEW_TITLE}").text,
        "": lambda: f"{count - 1:,} products" in client.get("/products").text,
    }
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as worker:
        for title, is_shown in signs.items():
            saved = worker.submit(change, settings, title)
            patience = time.monotonic() + PATIENCE
            while not is_shown() and time.monotonic() < patience:
                time.sleep(0.02)
            shown = time.monotonic()
            what = "a new title is found" if title else "an archived product is gone from lists"
            print(f"{what} {shown - saved.result():.1f} s after it was saved")


def change(settings: Settings, title: str) -> float:
    """Rename a product, or archive it, and index that as the sweeper does; when it was saved."""
    with create_app(settings).app_context():
        product = session.get_one(Product, 1)
        if title:
            product.title = title
        else:
            product.status = Status.ARCHIVED
        commit()
        saved = time.monotonic()
        tasks.sweep()
        session.remove()
        db.engine.dispose()
    return saved


def memory() -> int:
    """MiB of this process."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * PAGESIZE // 2**20


def main(count: int = 100_000) -> None:
    with tempfile.TemporaryDirectory() as folder:
        settings = config.load(_env_file=None, data_dir=Path(folder), broker_url="memory://")
        app = create_app(settings)
        with app.app_context():
            language = build(count)
        client, before = app.test_client(), memory()
        client.get("/search?q=warm")
        print(f"snapshot and index take {memory() - before} MiB of each process")
        everything = []
        for name, ask in questions(language).items():
            times = list(measure(client, ask))
            everything += times
            report(name, times)
        report("all of these", everything)
        watch_changes(settings, client, count)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
