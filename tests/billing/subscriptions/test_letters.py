"""What a subscriber is written, and how often."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from shop.billing.subscriptions import plans
from shop.billing.subscriptions.models import SubscriptionStatus
from shop.billing.tasks import remind_subscribers
from shop.catalog.models import Interval
from shop.db import session
from shop.mail.models import Mail
from tests.billing.subscriptions.subscriber import BAD_LATER, Subscriber, make_plan

PAST_DUE = SubscriptionStatus.PAST_DUE


def letters() -> list[str]:
    """What was sent so far, by the first word of its key."""
    session.expire_all()
    query = select(Mail.key).where(Mail.key.like("subscription:%")).order_by(Mail.id)
    keys = session.scalars(query)
    return [key.split(":")[2] for key in keys]


def text_of(kind: str) -> str:
    query = select(Mail).where(Mail.key.like(f"subscription:%:{kind}%"))
    mail = session.scalars(query).one()
    assert f">{mail.subject}<" in mail.html
    return mail.text


def test_the_welcome_holds_the_key_and_the_terms(subscriber: Subscriber) -> None:
    subscriber.subscribe(make_plan(unit_amount=1200), quantity=2)
    text = text_of("welcome")
    assert "License key".lower() in text.lower()
    assert "€24.00 every month" in text
    assert subscriber.token in text


def test_a_trial_is_told_to_end_three_days_before(subscriber: Subscriber) -> None:
    subscription = subscriber.subscribe(make_plan(trial_days=14))
    assert "free until" in text_of("welcome")
    assert subscription.trial_end
    subscriber.advance(to=subscription.trial_end - timedelta(days=2))
    assert letters() == ["welcome", "trial_ends"]
    assert "€5.00 every month" in text_of("trial_ends")


def test_what_a_change_means_is_told_in_a_trial_and_after_it(subscriber: Subscriber) -> None:
    price = make_plan(trial_days=14)
    yearly = make_plan(variant=price.variant, interval=Interval.YEAR, unit_amount=4500)
    subscription = subscriber.subscribe(price)
    item, plan = subscription.stripe_item_id or "", plans.stripe_price_of(yearly)
    subscriber.change(**{"items[0][id]": item, "items[0][price]": plan, "items[0][quantity]": "2"})
    text = text_of("plan:1")
    assert "Your subscription is now Atlas" in text
    assert "every year, 2 seats" in text
    assert "Your trial goes on until" in text
    assert "What you had paid" not in text


def test_b03_each_state_is_told_once(subscriber: Subscriber) -> None:
    subscriber.subscribe(make_plan(trial_days=3), card=BAD_LATER)
    subscription = subscriber.advance(days=4)
    assert subscription.status is PAST_DUE
    assert letters().count("payment_failed") == 1
    assert "goes on working until" in text_of("payment_failed")
    assert subscription.past_due_since
    for days in (7, 8):
        subscriber.advance(to=subscription.past_due_since + timedelta(days=days))
    assert letters().count("access_ended") == 1
    subscriber.advance(days=40)
    assert subscriber.subscription.status is SubscriptionStatus.CANCELED
    assert letters()[-1] == "ended"
    assert len(letters()) == len(set(letters()))


def test_who_cancels_keeps_it_and_cancels_again_hears_all_three(subscriber: Subscriber) -> None:
    subscription = subscriber.subscribe(make_plan())
    for end in ("true", "false", "true"):
        subscriber.change(cancel_at_period_end=end)
    assert letters() == ["welcome", "canceled", "kept", "canceled"]
    assert subscription.current_period_end
    subscriber.advance(days=32)
    assert letters()[-1] == "ended"


@pytest.mark.parametrize(("interval", "days"), [(Interval.MONTH, 3), (Interval.YEAR, 14)])
def test_a_renewal_is_told_ahead(subscriber: Subscriber, interval: Interval, days: int) -> None:
    subscription = subscriber.subscribe(make_plan(interval=interval))
    assert subscription.current_period_end
    subscriber.advance(to=subscription.current_period_end - timedelta(days=days + 1))
    assert letters() == ["welcome"]
    subscriber.advance(to=subscription.current_period_end - timedelta(days=days - 1))
    remind_subscribers.run()
    assert letters() == ["welcome", "renewal"]


def test_a_card_that_expires_before_the_next_charge_is_told(subscriber: Subscriber) -> None:
    subscriber.subscribe(make_plan())
    session.query(type(subscriber.subscription)).update({"card_expires": "2026-11"})
    session.commit()
    remind_subscribers.run()
    assert "4242 expires" in text_of("card_expires")
