"""How many signed Stripe events the endpoint takes, and how long each one waits."""

import hmac
import json
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from http.client import HTTPConnection
from itertools import count
from multiprocessing.managers import BaseManager
from statistics import quantiles
from threading import local

import click

from benchmarks.premises import DATABASES, open_premises
from shop.billing.gateway import API_VERSION

CONNECTIONS = 8
PADDING = {f"field_{n}": "x" * 40 for n in range(40)}
"""Makes an event about as long as Stripe's."""

_mine = local()
_numbers = count(1)


class Sender:
    """Stripe, as far as it delivers; lives in another process."""

    def __init__(self, port: int, secret: str) -> None:
        self._secret = secret.encode()
        self._threads = ThreadPoolExecutor(CONNECTIONS, initializer=_open, initargs=(port,))

    def send(self, events: int) -> list[float]:
        """Seconds until each was answered."""
        return list(self._threads.map(self._send_one, range(events)))

    def _send_one(self, _: int) -> float:
        payload, at = _event(next(_numbers)), int(time.time())
        signature = hmac.new(self._secret, f"{at}.{payload}".encode(), sha256).hexdigest()
        headers = {"Stripe-Signature": f"t={at},v1={signature}", "Content-Type": "application/json"}
        started = time.perf_counter()
        _mine.connection.request("POST", "/api/webhook", payload, headers)
        answer = _mine.connection.getresponse()
        answer.read()
        if answer.status != 200:
            raise RuntimeError(f"the webhook answered {answer.status}")
        return time.perf_counter() - started


class SenderManager(BaseManager):
    Sender: Callable[..., Sender]


SenderManager.register("Sender", Sender)


def _open(port: int) -> None:
    _mine.connection = HTTPConnection("127.0.0.1", port, timeout=30)


def _event(number: int) -> str:
    intent = {"id": f"pi_{number}", "object": "payment_intent", "metadata": PADDING}
    event = {
        "id": f"evt_{number}",
        "object": "event",
        "type": "payment_intent.succeeded",
        "api_version": API_VERSION,
        "livemode": False,
        "created": int(time.time()),
        "data": {"object": intent},
    }
    return json.dumps(event)


@click.command()
@click.option("--events", default=3_000, show_default=True)
@click.option("--database", type=click.Choice(DATABASES), default="postgresql", show_default=True)
def webhooks(events: int, database: str) -> None:
    """Events per second that the webhook endpoint verifies, stores and hands on."""
    without = ("worker", "sweeper", "sandbox")
    with open_premises(database, 0, without) as premises, SenderManager() as manager:
        secret = premises.house.settings.webhook_secrets[0]
        sender = manager.Sender(premises.house.port, secret)
        sender.send(200)
        before, started = premises.web.cpu_seconds(), time.perf_counter()
        times = sender.send(events)
        rate = events / (time.perf_counter() - started)
        cpu = 1_000 * (premises.web.cpu_seconds() - before) / events
    cuts = [1_000 * cut for cut in quantiles(times, n=100)]
    click.echo(f"\n{database}, {events:,} events on {CONNECTIONS} connections\n")
    click.echo("| | goal | measured |\n|---|---|---|")
    click.echo(f"| events per second | 200 | {rate:.0f} |")
    click.echo(f"| p50 / p99 ms | - / 1000 | {cuts[49]:.0f} / {cuts[98]:.0f} |")
    click.echo(f"| CPU of web per event, ms | - | {cpu:.1f} |")
