"""How many validations of license keys the shop answers, and how long each program waits."""

import json
from collections.abc import Callable
from itertools import cycle, islice
from multiprocessing.managers import BaseManager

import click

from benchmarks.connections import JSON, Connections, send
from benchmarks.premises import DATABASES, open_premises
from benchmarks.rates import Goal, measure
from shop.app import create_app
from shop.catalog.models import Kind, Product, Status
from shop.config import Settings
from shop.db import commit, db, session
from shop.licenses import keys
from shop.licenses.models import Activation, License, LicensePolicy

LICENSES = 1_000
GOAL = Goal("validation", per_second=500, slowest=50)
FINGERPRINT = "5f70bf18a086007016e948b04aed3b82"


class Programs:
    """Software on its machines; lives in another process."""

    def __init__(self, port: int, sold: list[str]) -> None:
        self._keys = cycle(sold)
        self._connections = Connections(port)

    def ask(self, questions: int) -> list[float]:
        """Seconds until each was answered."""
        return self._connections.map(_ask_one, islice(self._keys, questions))


class ProgramsManager(BaseManager):
    Programs: Callable[..., Programs]


ProgramsManager.register("Programs", Programs)


def _ask_one(key: str) -> float:
    body = json.dumps({"key": key, "fingerprint": FINGERPRINT, "version": "1.0", "nonce": key[:11]})
    reply = send("POST", "/api/licenses/validate", body, JSON)
    if reply.status != 200 or not json.loads(reply.text)["valid"]:
        raise RuntimeError(f"the license is not valid: {reply.text}")
    return reply.seconds


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
        click.echo(f"\n{database}")
        measure(premises.web, programs.ask, questions, GOAL)
