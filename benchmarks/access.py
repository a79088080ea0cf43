"""How long somebody who paid waits for the key: from Stripe's event, by the queue, to it."""

import time
from statistics import quantiles
from typing import Any

import click
import requests

from benchmarks.crowd import ADDRESS
from benchmarks.premises import DATABASES, Premises, open_premises
from shop.app import create_app
from shop.catalog.models import Kind
from tests.factories import make_price

GLANCE = 0.01  # seconds between two looks
PATIENCE = 30


class Buyer:
    """Buys a license over the API, and pays at Stripe without telling the shop."""

    def __init__(self, premises: Premises, price_id: int) -> None:
        self._base, self._price_id = premises.house.base_url, price_id
        self._stripe = premises.house.sandbox.url
        self._http = requests.Session()
        self._http.headers["X-CSRFToken"] = self._ask("GET", "/api/csrf")["token"]

    def wait_for_key(self) -> float:
        """Seconds from the payment to the key."""
        token, intent = self._order()
        self._pay(intent)
        paid = time.perf_counter()
        while time.perf_counter() < paid + PATIENCE:
            order = self._ask("GET", f"/api/orders/{token}")
            if order["lines"][0]["license_key"]:
                return time.perf_counter() - paid
            time.sleep(GLANCE)
        raise RuntimeError(f"order {order['number']} has no key after {PATIENCE} s")

    def _order(self) -> tuple[str, str]:
        self._ask("POST", "/api/cart/items", price_id=self._price_id, quantity=1)
        url = "/api/checkout-sessions"
        url += "/" + self._ask("POST", url)["id"]
        self._ask("PUT", f"{url}/contact", email="ada@example.org", name="Ada Buyer")
        self._ask("PUT", f"{url}/address", billing=ADDRESS)
        session = self._ask("PUT", f"{url}/payment")
        return session["order"]["token"], session["payment"]["intent_id"]

    def _pay(self, intent: str) -> None:
        answer = requests.post(
            f"{self._stripe}/v1/payment_intents/{intent}/confirm",
            data={"payment_method": "pm_card_visa", "return_url": self._base},
            headers={"Authorization": "Bearer sk_test_keystall"},
            timeout=30,
        )
        answer.raise_for_status()

    def _ask(self, method: str, path: str, **body: Any) -> Any:
        given = None if method == "GET" else body
        answer = self._http.request(method, self._base + path, json=given, timeout=30)
        if not answer.ok:
            raise RuntimeError(f"{method} {path}: {answer.text[:500]}")
        return answer.json()


@click.command()
@click.option("--orders", default=200, show_default=True)
@click.option("--database", type=click.Choice(DATABASES), default="postgresql", show_default=True)
def access(orders: int, database: str) -> None:
    """Seconds from a payment at Stripe to the license here, by webhook and worker."""
    with open_premises(database, 0, ()) as premises:
        app = create_app(premises.house.settings)
        with app.app_context():
            price_id = make_price(kind=Kind.LICENSE).id
        buyer = Buyer(premises, price_id)
        for _ in range(5):
            buyer.wait_for_key()
        times = [buyer.wait_for_key() for _ in range(orders)]
    cuts = [1_000 * cut for cut in quantiles(times, n=100)]
    click.echo(f"\n{database}, {orders:,} licenses bought one after the other\n")
    click.echo("| from the payment to the key | goal | measured |\n|---|---|---|")
    click.echo(f"| p50 / p99 ms | - / 2000 | {cuts[49]:.0f} / {cuts[98]:.0f} |")
