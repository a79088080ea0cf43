"""One subscription from its first day to its last, by the clock."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from shop.billing.subscriptions import starting
from shop.billing.subscriptions.models import Subscription, SubscriptionStatus
from shop.billing.subscriptions.starting import AlreadySubscribed
from shop.db import session
from shop.licenses import keys
from shop.licenses.models import License, Status
from tests.billing.subscriptions.subscriber import (
    BAD_LATER,
    Subscriber,
    make_plan,
    make_subscriber,
)

TRIALING, ACTIVE = SubscriptionStatus.TRIALING, SubscriptionStatus.ACTIVE


def license_of(subscription: Subscription) -> License:
    session.expire_all()
    return session.scalars(select(License).filter_by(subscription_id=subscription.id)).one()


def test_paying_gives_access_and_a_key(subscriber: Subscriber) -> None:
    subscription = subscriber.subscribe(make_plan(), quantity=2)
    assert (subscription.status, subscription.has_access) == (ACTIVE, True)
    assert (subscription.quantity, subscription.card_last4) == (2, "4242")
    license = license_of(subscription)
    assert license.key
    assert keys.read(license.key)
    assert (license.status, license.expires_at) == (Status.ACTIVE, None)
    assert license.machine_limit == 6


def test_a_trial_is_had_once_by_each_person(subscriber: Subscriber) -> None:
    price = make_plan(trial_days=14)
    subscription = subscriber.subscribe(price)
    assert (subscription.status, subscription.has_access) == (TRIALING, True)
    assert subscription.trial_end
    assert (subscription.trial_end - subscription.now).days in {13, 14}
    again = starting.wish(make_subscriber(subscriber.sandbox, "Ada+2@example.org").user, price.id)
    assert again.trial_days == 0


def test_a_card_that_had_its_trial_is_charged_at_once(subscriber: Subscriber) -> None:
    price = make_plan(trial_days=14)
    subscriber.subscribe(price)
    other = make_subscriber(subscriber.sandbox, "bea@example.org")
    subscription = other.subscribe(price)
    other.listen()
    assert (subscription.trial_refused, other.subscription.status) == (True, ACTIVE)


def test_b09_a_second_subscription_of_a_product_is_refused(subscriber: Subscriber) -> None:
    price = make_plan()
    first = subscriber.open(price)
    assert subscriber.open(price) == first
    subscriber.sandbox.pay_checkout(first)
    with pytest.raises(AlreadySubscribed):
        subscriber.open(price)
    subscriber.listen()
    with pytest.raises(AlreadySubscribed):
        subscriber.open(price)
    assert session.query(Subscription).count() == 1


def test_another_plan_closes_the_page_of_the_first(subscriber: Subscriber) -> None:
    price = make_plan()
    first = subscriber.open(price)
    second = subscriber.open(make_plan(variant=price.variant, unit_amount=5000))
    assert second != first
    assert subscriber.sandbox.pay_checkout(first).status_code != 303
    subscriber.sandbox.pay_checkout(second)
    subscriber.listen()
    assert subscriber.subscription.status is ACTIVE


def test_b03_grace_lasts_a_week_and_a_late_payment_heals(subscriber: Subscriber) -> None:
    subscription = subscriber.subscribe(make_plan(trial_days=3), card=BAD_LATER)
    assert subscription.has_access
    subscription = subscriber.advance(days=4)
    assert (subscription.status, subscription.has_access) == (SubscriptionStatus.PAST_DUE, True)
    assert subscription.past_due_since
    subscription = subscriber.advance(to=subscription.past_due_since + timedelta(days=7))
    assert (subscription.status, subscription.has_access) == (SubscriptionStatus.PAST_DUE, False)
    assert license_of(subscription).status is Status.REVOKED  # never paid a thing


def test_the_end_takes_the_license_with_it(subscriber: Subscriber) -> None:
    subscription = subscriber.subscribe(make_plan())
    subscription = subscriber.change(cancel_at_period_end="true")
    assert subscription.ends_at == subscription.current_period_end
    assert subscription.has_access
    subscription = subscriber.advance(days=32)
    assert (subscription.status, subscription.has_access) == (SubscriptionStatus.CANCELED, False)
    assert [entry.kind for entry in subscription.entries] == [
        *("active", "access_given", "cancelation", "canceled", "access_ended"),
    ]
