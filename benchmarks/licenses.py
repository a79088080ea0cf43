"""How many validations of license keys the shop answers, and how long each program waits."""

import json
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from itertools import cycle, islice
from multiprocessing.managers import BaseManager
from statistics import quantiles
from threading import local

import click

from benchmarks.premises import DATABASES, open_premises
from shop.app import create_app
from shop.catalog.models import Kind, Product, Status
from shop.config import Settings
from shop.db import commit, db, session
from shop.licenses import keys
from shop.licenses.models import Activation, License, LicensePolicy

CONNECTIONS = 8
LICENSES = 1_000
FINGERPRINT = "5f70bf18a086007016e948b04aed3b82"

_mine = local()


class Programs:
    """Software on its machines; lives in another process."""

    def __init__(self, port: int, sold: list[str]) -> None:
        self._keys = cycle(sold)
        self._threads = ThreadPoolExecutor(CONNECTIONS, initializer=_open, initargs=(port,))

    def ask(self, questions: int) -> list[float]:
        """Seconds until each was answered."""
        return list(self._threads.map(_ask_one, islice(self._keys, questions)))


class ProgramsManager(BaseManager):
    Programs: Callable[..., Programs]


ProgramsManager.register("Programs", Programs)


def _open(port: int) -> None:
    _mine.connection = HTTPConnection("127.0.0.1", port, timeout=30)


def _ask_one(key: str) -> float:
    body = json.dumps({"key": key, "fingerprint": FINGERPRINT, "version": "1.0", "nonce": key[:11]})
    started = time.perf_counter()
    headers = {"Content-Type": "application/json"}
    _mine.connection.request("POST", "/api/licenses/validate", body, headers)
    answer = _mine.connection.getresponse()
    text = answer.read()
    taken = time.perf_counter() - started
    if answer.status != 200 or not json.loads(text)["valid"]:
        raise RuntimeError(f"the license is not valid: {text.decode()}")
    return taken


def sell(settings: Settings) -> list[str]:
    """Licenses that are in use on one machine each; their keys."""
    sold = [keys.make() for _ in range(LICENSES)]
    app = create_app(settings)
    with app.app_context():
        product = Product(slug="editor", title="Editor", kind=Kind.LICENSE, status=Status.PUBLISHED)
        policy = LicensePolicy(product=product, machine_limit=3)
        session.add(policy)
        session.flush()  # the licenses need its id
        session.add_all(_license(key, policy) for key in sold)
        commit()
        session.remove()
        db.engine.dispose()
    return sold


def _license(key: str, policy: LicensePolicy) -> License:
    return License(
        key_hash=keys.digest(key),
        last_characters=keys.ending(key),
        key=key,
        policy_id=policy.id,
        product_id=policy.product_id,
        machine_limit=3,
        machines=1,
        activations=[Activation(fingerprint=FINGERPRINT, version="1.0")],
    )


@click.command()
@click.option("--questions", default=5_000, show_default=True)
@click.option("--database", type=click.Choice(DATABASES), default="postgresql", show_default=True)
def licenses(questions: int, database: str) -> None:
    """Validations per second: a signed answer each, from one question to the database."""
    without = ("worker", "sweeper", "sandbox")
    with open_premises(database, 0, without) as premises, ProgramsManager() as manager:
        programs = manager.Programs(premises.house.port, sell(premises.house.settings))
        programs.ask(500)
        before, started = premises.web.cpu_seconds(), time.perf_counter()
        times = programs.ask(questions)
        rate = questions / (time.perf_counter() - started)
        cpu = 1_000 * (premises.web.cpu_seconds() - before) / questions
    cuts = [1_000 * cut for cut in quantiles(times, n=100)]
    click.echo(f"\n{database}, {questions:,} validations on {CONNECTIONS} connections\n")
    click.echo("| | goal | measured |\n|---|---|---|")
    click.echo(f"| validations per second | 500 | {rate:.0f} |")
    click.echo(f"| p50 / p99 ms | - / 50 | {cuts[49]:.0f} / {cuts[98]:.0f} |")
    click.echo(f"| CPU of web per validation, ms | - | {cpu:.1f} |")
