"""What the pages of staff take with the books of a large shop."""

import os
import re
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median, quantiles

import click
from flask import Flask, url_for
from sqlalchemy import func, select

from benchmarks.backoffice import asked, books
from benchmarks.family import Family
from benchmarks.premises import DATABASES
from benchmarks.yardstick import yardstick
from shop import config
from shop.accounts.models import Role
from shop.admin.office import views
from shop.admin.records import RecordView
from shop.admin.reports.reports import ENTRIES
from shop.app import create_app
from shop.db import commit, db, session
from shop.operations import schema
from shop.orders.models import Order
from tests.accounts.factories import PASSWORD, make_user
from tests.browser import Browser, open_browser
from tests.queries import count_queries
from tests.servers.databases import postgres

TIMES, SEARCHES = 5, 40
LIST_GOAL, DESK_GOAL = 300, 1_000  # milliseconds
MOST_QUERIES, MEMORY_GOAL = 8, 64
FAMILY = Family(os.getpid())
"""This process, and the database if that is one of ours: others on the machine do not count."""
SUPPORT = "/admin/support/"
EMAIL = "bench@staff.example"


@click.command()
@click.option("--products", default=100_000, show_default=True)
@click.option("--orders", default=200_000, show_default=True)
@click.option("--database", type=click.Choice(DATABASES), default="postgresql", show_default=True)
@click.option(
    "--keep",
    type=click.Path(path_type=Path),
    help="A folder for the books: what is there already is not made again.",
)
def backoffice(products: int, orders: int, database: str, keep: Path | None) -> None:
    """Lists, dashboard, reports, support search and CSV of the back office, with large books."""
    with _shop(database, keep) as app:
        if session.scalar(select(Order.id).limit(1)) is None:
            _make(products, orders)
        orders = session.scalar(select(func.count(Order.id))) or 0
        browser = open_browser(app)
        browser.sign_in(EMAIL, PASSWORD)
        _csv(browser, orders)
        _pages(browser, app)
        _support(browser, orders)
    click.echo(f"\nYardstick: {median(yardstick() for _ in range(5)):.0f} ms")


def _make(products: int, orders: int) -> None:
    started = time.perf_counter()
    books.fill(products, orders)
    make_user(email=EMAIL, role=Role.ADMIN, name="Ada")
    commit()
    seconds = time.perf_counter() - started
    click.echo(f"{products:,} products and {orders:,} orders were made in {seconds:.0f} s")


@contextmanager
def _shop(database: str, keep: Path | None) -> Iterator[Flask]:
    """With its database, empty or as it was kept."""
    with ExitStack() as stack:
        folder = keep or Path(
            stack.enter_context(tempfile.TemporaryDirectory(prefix="keystall-bench-"))
        )
        server = postgres(keep / "postgres" if keep else None)
        url = stack.enter_context(server) if database == "postgresql" else ""
        settings = config.load(
            _env_file=None,
            data_dir=folder,
            database_url=url,
            base_url="http://localhost",
            broker_url="memory://",
        )
        schema.upgrade(settings.sqlalchemy_url)
        app = create_app(settings)
        with app.app_context():
            try:
                yield app
            finally:
                session.remove()
                db.engine.dispose()


def _pages(browser: Browser, app: Flask) -> None:
    click.echo("| page | goal ms | median ms | CPU ms | questions |\n|---|---|---|---|---|")
    _page(browser, "/admin/", DESK_GOAL)
    for view in views():
        if isinstance(view, RecordView):
            with app.test_request_context():
                url = url_for(f"{view.endpoint}.index_view")
            tabs = [f"tab={tab.key}" for tab in view.tabs]
            for query in ("", *tabs, *asked.LISTS.get(view.endpoint.removeprefix("admin_"), ())):
                _page(browser, f"{url}?{query}".rstrip("?"), LIST_GOAL)
    for entry in ENTRIES:
        _page(browser, f"/admin/reports/{entry.name}?days=90", DESK_GOAL)


def _page(browser: Browser, url: str, goal: int) -> None:
    """The first time does not count: its templates are compiled."""
    _fetch(browser, url)
    before = FAMILY.cpu_seconds()
    with count_queries() as queries:
        times = [_fetch(browser, url) for _ in range(TIMES)]
    cpu = 1_000 * (FAMILY.cpu_seconds() - before) / TIMES
    each = len(queries) // TIMES
    too_many = goal == LIST_GOAL and each > MOST_QUERIES
    missed = " **" if median(times) > goal or too_many else ""
    cells = f"{median(times):.0f}{missed} | {cpu:.0f} | {each}"
    click.echo(f"| `{url}` | {goal} | {cells} |")


def _fetch(browser: Browser, url: str) -> float:
    """Milliseconds, in process: without a web server around it."""
    started = time.perf_counter()
    answer = browser.get(url)
    if answer.status_code not in {200, 303}:
        raise RuntimeError(f"{url}: {answer.status}")
    return 1_000 * (time.perf_counter() - started)


def _support(browser: Browser, orders: int) -> None:
    click.echo(f"\n| support search, {SEARCHES} of each | goal p95 ms | p50 | p95 | CPU ms |")
    click.echo("|---|---|---|---|---|")
    for kind, texts in asked.questions(orders, SEARCHES):
        before = FAMILY.cpu_seconds()
        times = [_fetch(browser, f"{SUPPORT}?q={text}") for text in texts]
        cpu = 1_000 * (FAMILY.cpu_seconds() - before) / len(texts)
        cuts = quantiles(times, n=20)
        missed = " **" if cuts[18] > LIST_GOAL else ""
        click.echo(f"| {kind} | {LIST_GOAL} | {cuts[9]:.0f} | {cuts[18]:.0f}{missed} | {cpu:.0f} |")


def _csv(browser: Browser, orders: int) -> None:
    """Read as a browser does, a part at a time."""
    commit()
    before = _high_water()
    started = time.perf_counter()
    answer = browser.get("/admin/orders/export/csv/", buffered=False)
    lines = sum(part.count(b"\n") for part in answer.iter_encoded())
    answer.close()
    seconds, more = time.perf_counter() - started, _high_water(reset=False) - before
    click.echo(
        f"\nCSV of {lines - 1:,} orders: {seconds:.0f} s, {more:.0f} MiB more at most", nl=False
    )
    click.echo(
        f" (goal: {MEMORY_GOAL})" + ("" if lines - 1 == orders else " **lines are missing**")
    )


def _high_water(*, reset: bool = True) -> float:
    """The most memory this process had since the last reset, in MiB; from now on after one."""
    if reset:
        Path("/proc/self/clear_refs").write_text("5")
    status = Path("/proc/self/status").read_text()
    found = re.search(r"VmHWM:\s+(\d+)", status)
    return int(found[1]) / 1024 if found else 0.0
