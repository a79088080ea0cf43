"""The events of one subscription's life, in every order, and while it goes on."""

from collections.abc import Iterator
from math import factorial
from random import Random

import pytest
from sqlalchemy import select

from shop.billing import inbox, webhook
from shop.db import commit, session
from shop.licenses.models import License
from tests.billing.subscriptions.subscriber import Subscriber, make_plan, make_subscriber
from tests.reliability.canonical import canonical
from tests.reliability.orders import in_every_order
from tests.reliability.world import Event, World, work

LIFE = (
    *("customer.subscription.created", "invoice.paid", "checkout.session.completed"),
    *("customer.subscription.updated", "customer.subscription.deleted"),
)


def hear(event: Event) -> None:
    event_id = webhook.keep(event, b"")
    commit()
    if event_id is not None:
        inbox.process(event_id)


def change(subscriber: Subscriber, **params: str) -> None:
    """At Stripe; nobody has told us yet."""
    stripe = subscriber.sandbox
    [found] = stripe._ask("GET", "/subscriptions", status="all")["data"]
    stripe._ask("POST", f"/subscriptions/{found['id']}", **params)


def travel(subscriber: Subscriber, days: int) -> None:
    [clock] = subscriber.sandbox._ask("GET", "/test_helpers/test_clocks")["data"]
    target = clock["frozen_time"] + days * 24 * 3600
    customer = subscriber.customer
    commit()
    subscriber.sandbox.travel(customer, target)


@pytest.fixture
def subscriber(world: World) -> Subscriber:
    subscriber = make_subscriber(world.stripe)
    page = subscriber.open(make_plan(unit_amount=900))
    subscriber.listen()
    world.stripe.pay_checkout(page)
    return subscriber


@pytest.mark.timeout(400)
def test_five_events_of_a_life_in_every_order_end_alike(
    world: World, subscriber: Subscriber
) -> None:
    change(subscriber, cancel_at_period_end="true")
    travel(subscriber, 32)
    events = [event for event in subscriber.events() if event["type"] in LIFE]
    told = {event["type"]: event for event in events}  # of several updates, the last
    assert set(told) == set(LIFE)
    ends = []
    for _order in in_every_order(world, list(told.values()), hear):
        work()
        ends.append(canonical())
    assert len(ends) == factorial(len(LIFE))
    assert len(set(ends)) == 1
    assert "canceled" in ends[0]


@pytest.mark.parametrize("seed", range(6))
def test_events_that_come_while_life_goes_on_end_alike(
    world: World, subscriber: Subscriber, seed: int
) -> None:
    """Some are late, some come twice; what counts at the end is what is true at the end."""
    chance, late = Random(seed), []
    for _ in acts(subscriber):
        late += subscriber.events()
        chance.shuffle(late)
        for event in [late.pop() for _ in range(chance.randrange(len(late) + 1))]:
            hear(event)
            if chance.random() < 0.3:
                hear(event)
    for event in late:
        hear(event)
    work()
    subscription = subscriber.subscription
    assert (subscription.status, subscription.has_access) == ("canceled", False)
    for license in session.scalars(select(License)):
        assert license.status == "expired"
    assert world.offenses() == []


def acts(subscriber: Subscriber) -> Iterator[None]:
    yield
    change(subscriber, cancel_at_period_end="true")
    yield
    change(subscriber, cancel_at_period_end="false")
    yield
    travel(subscriber, 32)
    yield
    change(subscriber, cancel_at_period_end="true")
    yield
    travel(subscriber, 40)
    yield
