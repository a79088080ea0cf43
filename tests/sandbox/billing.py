"""A customer on a clock, and plans to subscribe to."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import stripe

from stripe_sandbox.testing import StripeSandbox

HOUR, DAY = 3600, 24 * 3600
CLOCK = "test_helpers.test_clock."


def at(*date: int) -> int:
    return int(datetime(*date, tzinfo=UTC).timestamp())  # type: ignore[misc,arg-type]


@dataclass
class Buyer:
    """Time, card and plans in one hand."""

    sandbox: StripeSandbox
    v1: stripe.V1Services
    clock: str
    id: str
    product: str

    def price(self, amount: int, interval: str = "month", **params: Any) -> str:
        given: Any = {
            "product": self.product,
            "currency": "eur",
            "unit_amount": amount,
            "recurring": {"interval": interval},
            **params,
        }
        return self.v1.prices.create(given).id

    def pays_with(self, card: str) -> str:
        method = self.v1.payment_methods.attach(card, {"customer": self.id})
        self.v1.customers.update(
            self.id, {"invoice_settings": {"default_payment_method": method.id}}
        )
        return method.id

    def subscribe(self, price: str, quantity: int = 1, **params: Any) -> stripe.Subscription:
        given: Any = {
            "customer": self.id,
            "items": [{"price": price, "quantity": quantity}],
            **params,
        }
        return self.v1.subscriptions.create(given)

    def advance(self, to: int) -> None:
        self.sandbox.advance(self.clock, to)

    def subscription(self, id: str) -> stripe.Subscription:
        return self.v1.subscriptions.retrieve(id, {"expand": ["latest_invoice"]})

    def happened(self) -> list[str]:
        """Events of the subscription and its invoices since the last call, oldest first."""
        kinds = ("customer.subscription.", "invoice")
        found = [event["type"] for event in self.sandbox.events()][::-1]
        shown = [kind for kind in found if kind.startswith(kinds)]
        new = shown[getattr(self, "_seen", 0) :]
        self._seen = len(shown)
        return new


def make_buyer(
    sandbox: StripeSandbox, v1: stripe.V1Services, now: int, card: str | None = "pm_card_visa"
) -> Buyer:
    clock = v1.test_helpers.test_clocks.create({"frozen_time": now})
    customer = v1.customers.create({"email": "ada@example.org", "test_clock": clock.id})
    product = v1.products.create({"name": "Pro"})
    buyer = Buyer(sandbox, v1, clock.id, customer.id, product.id)
    if card:
        buyer.pays_with(card)
    return buyer


def latest(subscription: stripe.Subscription) -> stripe.Invoice:
    assert isinstance(subscription.latest_invoice, stripe.Invoice)
    return subscription.latest_invoice


def item_of(subscription: stripe.Subscription) -> stripe.SubscriptionItem:
    return subscription.items.data[0]


def change(buyer: Buyer, subscription: stripe.Subscription, **params: Any) -> stripe.Subscription:
    """Change the only item, or more."""
    names = ("price", "quantity", "deleted", "discounts")
    member = {name: params.pop(name) for name in names if name in params}
    given: Any = {**params, "expand": ["latest_invoice"]}
    if member:
        given["items"] = [{"id": item_of(subscription).id, **member}]
    return buyer.v1.subscriptions.update(subscription.id, given)
