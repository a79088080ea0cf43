"""How many signed Stripe events the endpoint takes, and how long each one waits."""

import hmac
import json
import time
from collections.abc import Callable
from hashlib import sha256
from itertools import count
from multiprocessing.managers import BaseManager

import click

from benchmarks.connections import JSON, Connections, send
from benchmarks.premises import DATABASES, open_premises
from benchmarks.rates import Goal, measure
from shop.billing.gateway import API_VERSION

GOAL = Goal("event", per_second=200, slowest=1_000)
PADDING = {f"field_{n}": "x" * 40 for n in range(40)}
"""Makes an event about as long as Stripe's."""

_numbers = count(1)


class Sender:
    """Stripe, as far as it delivers; lives in another process."""

    def __init__(self, port: int, secret: str) -> None:
        self._secret = secret.encode()
        self._connections = Connections(port)

    def send(self, events: int) -> list[float]:
        """Seconds until each was answered."""
        return self._connections.map(self._send_one, range(events))

    def _send_one(self, _: int) -> float:
        payload, at = _event(next(_numbers)), int(time.time())
        signature = hmac.new(self._secret, f"{at}.{payload}".encode(), sha256).hexdigest()
        headers = JSON | {"Stripe-Signature": f"t={at},v1={signature}"}
        reply = send("POST", "/api/webhook", payload, headers)
        if reply.status != 200:
            raise RuntimeError(f"the webhook answered {reply.status}")
        return reply.seconds


class SenderManager(BaseManager):
    Sender: Callable[..., Sender]


SenderManager.register("Sender", Sender)


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
        click.echo(f"\n{database}")
        measure(premises.web, sender.send, events, GOAL)
