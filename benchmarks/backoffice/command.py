"""What the pages of staff take with the books of a large shop."""

import re
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import quantiles

import click
from flask import Flask, url_for

from benchmarks.backoffice import books
from benchmarks.premises import DATABASES
from shop import config
from shop.accounts.models import Role
from shop.admin.office import views
from shop.admin.records import RecordView
from shop.admin.reports.reports import ENTRIES
from shop.app import create_app
from shop.db import commit, db, session
from shop.operations import schema
from tests.accounts.factories import PASSWORD, make_user
from tests.browser import Browser, open_browser
from tests.queries import count_queries
from tests.servers.databases import postgres

TIMES, SEARCHES = 5, 40
LIST_GOAL, DESK_GOAL = 300, 1_000  # milliseconds
MOST_QUERIES, MEMORY_GOAL = 8, 64
SUPPORT = "/admin/support"


@click.command()
@click.option("--products", default=100_000, show_default=True)
@click.option("--orders", default=200_000, show_default=True)
@click.option("--database", type=click.Choice(DATABASES), default="postgresql", show_default=True)
@click.option("--keep", type=click.Path(path_type=Path), help="A folder for the SQLite file.")
def backoffice(products: int, orders: int, database: str, keep: Path | None) -> None:
    """Lists, dashboard, reports, support search and CSV of the back office, with large books."""
    with _shop(database, keep) as app:
        started = time.perf_counter()
        books.fill(products, orders)
        seconds = time.perf_counter() - started
        click.echo(f"\n{database}, {products:,} products, {orders:,} orders, {seconds:.0f} s\n")
        make_user(email="bench@staff.example", role=Role.ADMIN, name="Ada")
        browser = open_browser(app)
        browser.sign_in("bench@staff.example", PASSWORD)
        _pages(browser, app)
        _search(browser, app, orders)
        _csv(browser, orders)


@contextmanager
def _shop(database: str, keep: Path | None) -> Iterator[Flask]:
    """With an empty database; the log is kept quiet."""
    with ExitStack() as stack:
        folder = keep or Path(
            stack.enter_context(tempfile.TemporaryDirectory(prefix="keystall-bench-"))
        )
        url = stack.enter_context(postgres()) if database == "postgresql" else ""
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
    click.echo("| page | goal ms | median ms | slowest ms | questions |\n|---|---|---|---|---|")
    _page(browser, "/admin/", DESK_GOAL)
    for view in views():
        if isinstance(view, RecordView):
            with app.test_request_context():
                url = url_for(f"{view.endpoint}.index_view")
            for address in (url, *(f"{url}?tab={tab.key}" for tab in view.tabs)):
                _page(browser, address, LIST_GOAL)
    _page(browser, "/admin/orders/?page=3000", LIST_GOAL)
    _page(browser, "/admin/orders/?search=customer77", LIST_GOAL)
    for entry in ENTRIES:
        _page(browser, f"/admin/reports/{entry.name}?days=90", DESK_GOAL)


def _page(browser: Browser, url: str, goal: int) -> None:
    """The first time does not count: its templates are compiled."""
    _fetch(browser, url)
    with count_queries() as queries:
        times = sorted(_fetch(browser, url) for _ in range(TIMES))
    each = len(queries) // TIMES
    missed = (
        " **" if times[TIMES // 2] > goal or (goal == LIST_GOAL and each > MOST_QUERIES) else ""
    )
    cells = f"{times[TIMES // 2]:.0f} | {times[-1]:.0f} | {each}{missed}"
    click.echo(f"| `{url}` | {goal} | {cells} |")


def _fetch(browser: Browser, url: str) -> float:
    """Milliseconds, in process: without a web server around it."""
    started = time.perf_counter()
    answer = browser.get(url)
    if answer.status_code != 200:
        raise RuntimeError(f"{url}: {answer.status}")
    return 1_000 * (time.perf_counter() - started)


def _search(browser: Browser, app: Flask, orders: int) -> None:
    if not any(rule.rule.rstrip("/") == SUPPORT for rule in app.url_map.iter_rules()):
        return
    asked = [f"customer{n * 97}@bench.example" for n in range(SEARCHES)]
    asked += [f"K-{1 + n * 131 % orders:07}" for n in range(SEARCHES)]
    times = [_fetch(browser, f"{SUPPORT}?q={text}") for text in asked]
    slow = quantiles(times, n=100)[94]
    click.echo(f"\nSupport search, {len(asked)} questions: p95 {slow:.0f} ms (goal: {LIST_GOAL})")


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
