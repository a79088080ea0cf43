"""A subscription that is played through on one of Stripe's test clocks, with test cards.

Everything that a customer does on Stripe's pages is done here by its API, and the events are asked
for instead of waited for: so it can be watched on a machine that no webhook reaches.
"""

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import stripe

from shop import db
from shop.accounts.models import User
from shop.billing import inbox, webhook
from shop.billing.gateway import stripe_call
from shop.billing.subscriptions import mirror, plans, starting
from shop.billing.subscriptions.models import StripeCustomer, Subscription
from shop.catalog.models import Interval, Price
from shop.db import session
from shop.errors import ShopError

STEPS = {Interval.MONTH: timedelta(days=2), Interval.YEAR: timedelta(days=13)}
"""Stripe lets a clock take two periods at once; steps as small as these miss no reminder."""
PATIENCE = 120  # seconds until a clock has arrived
CARDS = {
    "4242424242424242": "pm_card_visa",
    "5555555555554444": "pm_card_mastercard",
    "4000000000000341": "pm_card_chargeCustomerFail",
    "4000000000000002": "pm_card_chargeDeclined",
    "4000000000009995": "pm_card_chargeDeclinedInsufficientFunds",
}


class ClockStuck(ShopError):
    message = "Stripe's test clock did not arrive."


@dataclass
class Rehearsal:
    """One customer on one clock; whatever it does commits."""

    user_id: int
    clock: str = ""
    customer: str = ""
    token: str = ""
    heard: str | None = None
    """The newest event that was looked at."""
    now: datetime = field(default_factory=lambda: datetime.now(UTC))

    @property
    def subscription(self) -> Subscription:
        session.expire_all()
        return session.query(Subscription).filter_by(token=self.token).one()

    def open(self) -> None:
        """Set the clock, and make the customer who lives by it."""
        user = session.get_one(User, self.user_id)
        email, name = user.email, user.name
        db.commit()
        with stripe_call() as client:
            newest = client.v1.events.list({"limit": 1}).data
            frozen = int(self.now.timestamp())
            clock = client.v1.test_helpers.test_clocks.create({"frozen_time": frozen})
            customer = client.v1.customers.create(
                {"email": email, "name": name, "test_clock": clock.id}
            )
        self.heard = newest[0].id if newest else None
        self.clock, self.customer = clock.id, customer.id
        db.insert_once(StripeCustomer, user_id=self.user_id, stripe_customer_id=customer.id)
        db.commit()

    def take_card(self, card: str) -> None:
        """Charge this one from now on; a number of Stripe's test cards, or a `pm_…`.

        :raises Declined: when it cannot even be saved.
        """
        db.commit()
        with stripe_call() as client:
            method = client.v1.payment_methods.attach(
                CARDS.get(card, card), {"customer": self.customer}
            )
            client.v1.customers.update(
                self.customer, {"invoice_settings": {"default_payment_method": method.id}}
            )
        if self.token and (stripe_id := self.subscription.stripe_subscription_id):
            db.commit()
            with stripe_call() as client:
                client.v1.subscriptions.update(stripe_id, {"default_payment_method": method.id})

    def subscribe(self, price: Price, quantity: int = 1) -> None:
        wished = starting.wish(session.get_one(User, self.user_id), price.id, quantity)
        days, price_id = wished.trial_days, price.id
        plan = plans.stripe_price_of(price)
        price = session.get_one(Price, price_id)
        row = Subscription(
            user_id=self.user_id,
            product_id=price.variant.product_id,
            price_id=price_id,
            quantity=quantity,
            trial_days=days,
            stripe_customer_id=self.customer,
        )
        session.add(row)
        session.flush()  # its token is for Stripe
        self.token, names = row.token, mirror.names_of(row)
        params: stripe.params.SubscriptionCreateParams = {
            "customer": self.customer,
            "items": [{"price": plan, "quantity": quantity}],
            "metadata": names,
        }
        if days:
            params["trial_period_days"] = days
        db.commit()
        with stripe_call() as client:
            client.v1.subscriptions.create(params)

    def change_plan(self, price: Price) -> None:
        """At once, with the difference on the next invoice."""
        plan, subscription = plans.stripe_price_of(price), self.subscription
        item: Any = {"id": subscription.stripe_item_id, "price": plan}
        self._update(items=[item], proration_behavior="create_prorations")

    def cancel(self) -> None:
        """With the end of the period."""
        self._update(cancel_at_period_end=True)

    def keep(self) -> None:
        self._update(cancel_at_period_end=False)

    def pay_open_invoice(self) -> None:
        """What Stripe would try again by itself: a new card is there."""
        invoice_id = self.subscription.latest_invoice_id or ""
        db.commit()
        with stripe_call() as client:
            client.v1.invoices.pay(invoice_id)

    def advance(self, until: datetime) -> Iterator[datetime]:
        """Let time pass in steps; after each its events are handled."""
        while self.now < until:
            rhythm = self.subscription.price.interval or Interval.MONTH
            self.now = min(self.now + STEPS[rhythm], until)
            db.commit()
            with stripe_call() as client:
                clocks = client.v1.test_helpers.test_clocks
                clocks.advance(self.clock, {"frozen_time": int(self.now.timestamp())})
            self._wait()
            self.listen()
            yield self.now

    def listen(self) -> int:
        """Handle what Stripe would have told us of this customer."""
        news = [event for event in self._news() if self._is_ours(event)]
        ids = [webhook.keep(event, json.dumps(event).encode()) for event in news]
        db.commit()
        for event_id in ids:
            if event_id is not None:
                inbox.process(event_id)
        return len(news)

    def invoices(self) -> list[stripe.Invoice]:
        """Oldest first."""
        db.commit()
        with stripe_call() as client:
            listed = client.v1.invoices.list({"customer": self.customer, "limit": 100})
        return listed.data[::-1]

    def close(self) -> None:
        """Take the clock and all that lived by it away."""
        if not self.clock:
            return
        db.commit()
        with stripe_call() as client:
            client.v1.test_helpers.test_clocks.delete(self.clock)

    def _update(self, **params: Any) -> None:
        stripe_id = self.subscription.stripe_subscription_id or ""
        db.commit()
        given: stripe.params.SubscriptionUpdateParams = params  # type: ignore[assignment]
        with stripe_call() as client:
            client.v1.subscriptions.update(stripe_id, given)

    def _wait(self) -> None:
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            with stripe_call() as client:
                status = client.v1.test_helpers.test_clocks.retrieve(self.clock).status
            if status == "ready":
                return
            if status == "internal_failure":
                break
            time.sleep(0.05)
        raise ClockStuck

    def _news(self) -> list[dict[str, Any]]:
        """Oldest first."""
        params: stripe.params.EventListParams = {"limit": 100}
        if self.heard:
            params["ending_before"] = self.heard
        db.commit()
        with stripe_call() as client:
            found = list(client.v1.events.list(params).auto_paging_iter())
        if self.heard is None:
            found.reverse()
        if found:
            self.heard = found[-1].id
        return [event.to_dict(for_json=True) for event in found]

    def _is_ours(self, event: dict[str, Any]) -> bool:
        thing = event["data"]["object"]
        mine = {self.customer, self.clock}
        is_mine = thing.get("id") in mine or thing.get("customer") in mine
        return is_mine and event["type"] in inbox.HANDLERS
