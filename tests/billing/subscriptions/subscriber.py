"""A customer with a subscription, on a test clock from the first day."""

import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from shop.accounts import people
from shop.accounts.models import User
from shop.billing import webhook
from shop.billing.subscriptions import customers, starting
from shop.billing.subscriptions.models import Subscription
from shop.billing.tasks import sweep
from shop.catalog.models import Interval, Kind, Price
from shop.db import commit, session, utcnow
from shop.web import show_date
from stripe_sandbox.testing import Control
from tests.factories import make_price, make_variant

BAD_LATER = "4000000000000341"
"""A card that can be saved, and fails when it is charged."""


@dataclass
class Subscriber:
    sandbox: Control
    user: User
    token: str = ""
    heard: set[str] = field(default_factory=set)
    has_clock: bool = False

    @property
    def customer(self) -> str:
        return customers.stripe_customer_of(session.get_one(User, self.user.id))

    def subscribe(
        self, price: Price, quantity: int = 1, *, card: str = "4242424242424242"
    ) -> Subscription:
        """By Stripe's page; its events are heard and handled."""
        self.open(price, quantity)
        self.sandbox.pay_checkout(self.page, number=card)
        self.listen()
        return self.subscription

    def open(self, price: Price, quantity: int = 1) -> str:
        """Stripe's page, not paid yet; the customer has a clock from here on."""
        started = starting.start(session.get_one(User, self.user.id), price.id, quantity)
        commit()
        self.token, self.page = started.token, started.url
        if not self.has_clock:
            self.has_clock = True
            self.sandbox.travel(self.customer, int(utcnow().timestamp()) + 60)
        return started.url

    @property
    def subscription(self) -> Subscription:
        session.expire_all()
        return session.query(Subscription).filter_by(token=self.token).one()

    def events(self) -> list[dict[str, object]]:
        """Those that nobody heard yet, oldest first."""
        new = [one for one in self.sandbox.events()[::-1] if one["id"] not in self.heard]
        self.heard |= {one["id"] for one in new}
        return new

    def listen(self) -> None:
        """Hear what happened and handle it, as the webhook and the worker would."""
        for event in self.events():
            webhook.keep(event, json.dumps(event).encode())
        commit()
        while sweep():
            pass

    def change(self, **params: str) -> Subscription:
        """As somebody does it at Stripe; heard and handled."""
        stripe_id = self.subscription.stripe_subscription_id
        commit()
        self.sandbox._ask("POST", f"/subscriptions/{stripe_id}", **params)
        self.listen()
        return self.subscription

    def advance(self, *, days: int = 0, to: datetime | None = None) -> Subscription:
        """Let time pass, without hearing of it or after `listen`."""
        target = to or self.subscription.now + timedelta(days=days)
        commit()
        self.sandbox.travel(self.customer, int(target.timestamp()))
        self.listen()
        return self.subscription


def make_subscriber(sandbox: Control, email: str = "ada@example.org") -> Subscriber:
    user = people.register(email, "Ada", "correct horse battery")
    commit()
    return Subscriber(sandbox, user)


def make_plan(
    *, interval: Interval = Interval.MONTH, kind: Kind = Kind.LICENSE, **given: object
) -> Price:
    """A recurring price; of the same product with `variant=`."""
    if "variant" not in given:
        given["variant"] = make_variant(product_values={"kind": kind, "title": "Atlas"})
    return make_price(interval=interval, **({"unit_amount": 500} | given))


def day(moment: datetime | None) -> str:
    """As pages write it."""
    assert moment
    return show_date(moment)
