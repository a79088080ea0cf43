"""How a subscription ends, or does not: at the edge of a period, by date, before it began."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from shop.accounts.models import User
from shop.billing.subscriptions import acts, mirror, portal, starting
from shop.billing.subscriptions.models import Subscription, SubscriptionStatus
from shop.db import commit, session
from shop.licenses.models import License, Status
from stripe_sandbox.testing import StripeSandbox
from tests.billing.subscriptions.portal_visitor import confirm
from tests.billing.subscriptions.subscriber import Subscriber, make_plan, make_subscriber
from tests.catalog.race import race

ACTIVE, CANCELED = SubscriptionStatus.ACTIVE, SubscriptionStatus.CANCELED
EXPIRED = SubscriptionStatus.INCOMPLETE_EXPIRED


def cancel(one: Subscriber) -> None:
    """On the portal's page; nobody has told us yet."""
    user = session.get_one(User, one.user.id)
    url = portal.open_flow(user, one.subscription, portal.Flow.CANCEL)
    confirm(one.sandbox, url)


def at_stripe(one: Subscriber, **params: str) -> None:
    stripe_id = one.subscription.stripe_subscription_id
    commit()
    one.sandbox._ask("POST", f"/subscriptions/{stripe_id}", **params)
    one.listen()


def license_of(subscription: Subscription) -> License:
    session.expire_all()
    return session.scalars(select(License).filter_by(subscription_id=subscription.id)).one()


def paid_invoices(one: Subscriber) -> int:
    customer = one.subscription.stripe_customer_id
    commit()
    return len(one.sandbox._ask("GET", f"/invoices?customer={customer}&status=paid")["data"])


@pytest.mark.parametrize(("seconds", "periods"), [(-1, 1), (0, 2), (1, 2)])
def test_b01_canceling_while_a_renewal_runs_loses_no_paid_day(
    subscriber: Subscriber, seconds: int, periods: int
) -> None:
    """A second before the renewal it ends there; from then on the next period is paid and had."""
    first = subscriber.subscribe(make_plan()).current_period_end
    assert first
    subscriber.advance(to=first + timedelta(seconds=seconds))
    cancel(subscriber)
    subscriber.listen()
    end = subscriber.subscription.ends_at
    assert end
    assert (end == first) is (periods == 1)
    if periods == 2:
        subscription = subscriber.advance(to=end - timedelta(seconds=1))
        assert (subscription.status, subscription.has_access) == (ACTIVE, True)
        assert license_of(subscription).status is Status.ACTIVE
    subscription = subscriber.advance(to=end + timedelta(hours=2))
    assert (subscription.status, subscription.has_access) == (CANCELED, False)
    assert subscription.ended_at == end
    assert license_of(subscription).status is Status.EXPIRED
    assert paid_invoices(subscriber) == periods


@pytest.mark.parametrize("way", ["cancel_at_period_end", "portal", "cancel_at"])
def test_b02_each_way_of_noting_an_end_is_seen_and_taken_back(
    subscriber: Subscriber, way: str
) -> None:
    subscription = subscriber.subscribe(make_plan())
    end = subscription.current_period_end
    assert end
    if way == "portal":
        cancel(subscriber)
        subscriber.listen()
    else:
        end -= timedelta(days=3) if way == "cancel_at" else timedelta()
        at_stripe(subscriber, **{way: str(int(end.timestamp())) if way == "cancel_at" else "true"})
    assert subscriber.subscription.ends_at == end
    assert subscriber.subscription.has_access
    kept = acts.keep(subscriber.subscription)
    assert kept.ends_at is None
    subscriber.listen()
    subscription = subscriber.advance(days=33)
    assert (subscription.status, subscription.has_access) == (ACTIVE, True)
    kinds = [entry.kind for entry in subscription.entries]
    assert (kinds.count("cancelation"), kinds.count("kept")) == (1, 1)


def test_what_is_canceled_and_kept_can_be_canceled_and_kept_again(subscriber: Subscriber) -> None:
    """No second act is taken for a repetition of the first."""
    subscriber.subscribe(make_plan())
    for _ in range(2):
        cancel(subscriber)
        subscriber.listen()
        assert subscriber.subscription.ends_at
        assert acts.keep(subscriber.subscription).ends_at is None
        subscriber.listen()
    assert acts.keep(subscriber.subscription).ends_at is None  # and once too often


def test_what_has_ended_cannot_be_kept(subscriber: Subscriber) -> None:
    subscription = subscriber.subscribe(make_plan())
    subscriber.sandbox._ask("DELETE", f"/subscriptions/{subscription.stripe_subscription_id}")
    subscriber.listen()
    for act in (acts.keep, acts.stay, acts.resume):
        with pytest.raises(portal.NotNow, match="is over"):
            act(subscriber.subscription)


def test_b05_a_page_that_nobody_paid_gives_nothing(subscriber: Subscriber) -> None:
    subscriber.open(make_plan(trial_days=14))
    page = subscriber.subscription.stripe_checkout_session_id
    commit()
    subscriber.sandbox.expire_checkout(page or "")
    subscriber.listen()
    subscription = subscriber.subscription
    assert (subscription.status, subscription.has_access) == (EXPIRED, False)
    assert session.scalar(select(func.count(License.id))) == 0


def test_b05_a_first_payment_that_is_never_made_gives_nothing(subscriber: Subscriber) -> None:
    """As support may begin one by hand: incomplete for 23 hours, then over."""
    price = make_plan()
    subscriber.open(price)
    row = subscriber.subscription
    names, customer = mirror.names_of(row), row.stripe_customer_id
    commit()
    prices = subscriber.sandbox._ask("GET", "/prices")["data"]
    given = {f"metadata[{name}]": value for name, value in names.items()}
    subscriber.sandbox._ask(
        *("POST", "/subscriptions"),
        **{"customer": customer, "items[0][price]": prices[0]["id"], **given},
        payment_behavior="default_incomplete",
    )
    subscriber.listen()
    subscription = subscriber.subscription
    assert subscription.stripe_subscription_id
    assert (subscription.status, subscription.has_access) == ("incomplete", False)
    subscription = subscriber.advance(days=1)
    assert (subscription.status, subscription.has_access) == (EXPIRED, False)
    assert session.scalar(select(func.count(License.id))) == 0


def test_b07_the_end_of_one_subscription_leaves_the_other(subscriber: Subscriber) -> None:
    first = subscriber.subscribe(make_plan())
    second = subscriber.subscribe(make_plan())
    subscriber.sandbox._ask("DELETE", f"/subscriptions/{first.stripe_subscription_id}")
    subscriber.listen()
    assert (license_of(first).status, license_of(second).status) == (
        Status.EXPIRED,
        Status.ACTIVE,
    )
    assert [session.get_one(Subscription, one.id).status for one in (first, second)] == [
        *(CANCELED, ACTIVE),
    ]


def test_b09_two_tabs_at_once_begin_one_subscription(
    either_app: Flask, stripe_sandbox: StripeSandbox
) -> None:
    user = make_subscriber(stripe_sandbox).user
    price_id, user_id = make_plan().id, user.id
    commit()
    urls = race(
        either_app,
        4,
        lambda _: starting.start(session.get_one(User, user_id), price_id).url,
    )
    assert all(isinstance(url, str) for url in urls), urls
    assert len(set(urls)) == 1
    assert session.scalar(select(func.count(Subscription.id))) == 1
    assert len(stripe_sandbox._ask("GET", "/checkout/sessions")["data"]) == 1
