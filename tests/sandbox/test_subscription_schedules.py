from typing import Any

import pytest
import stripe

from stripe_sandbox.testing import StripeSandbox
from tests.sandbox.billing import HOUR, Buyer, at, item_of, latest, make_buyer

START, END, LATER = at(2026, 4, 1), at(2026, 5, 1), at(2026, 6, 1)


@pytest.fixture
def buyer(v1: stripe.V1Services, sandbox: StripeSandbox) -> Buyer:
    return make_buyer(sandbox, v1, START)


def downgrade(buyer: Buyer, id: str, cheap: str, **params: Any) -> stripe.SubscriptionSchedule:
    """A cheaper price from the next period on."""
    schedule = buyer.v1.subscription_schedules.create({"from_subscription": id})
    current = schedule.phases[0]
    kept = [{"price": str(item.price), "quantity": item.quantity or 1} for item in current.items]
    given: Any = {
        "end_behavior": "release",
        "phases": [
            {"items": kept, "start_date": current.start_date, "end_date": current.end_date},
            {"items": [{"price": cheap}], "proration_behavior": "none"},
        ],
        **params,
    }
    return buyer.v1.subscription_schedules.update(schedule.id, given)


def test_a_downgrade_waits_for_the_end_of_the_period(buyer: Buyer) -> None:
    subscription = buyer.subscribe(buyer.price(3000))
    schedule = downgrade(buyer, subscription.id, buyer.price(1000))
    assert (schedule.status, len(schedule.phases)) == ("active", 2)
    assert buyer.subscription(subscription.id).schedule == schedule.id
    assert item_of(buyer.subscription(subscription.id)).price.unit_amount == 3000

    buyer.advance(END + 2 * HOUR)
    cheaper = buyer.subscription(subscription.id)
    assert (item_of(cheaper).price.unit_amount, item_of(cheaper).id) == (
        1000,
        item_of(subscription).id,
    )
    assert [line.amount for line in latest(cheaper).lines.data] == [1000]
    assert latest(cheaper).status == "paid"

    buyer.advance(LATER + 2 * HOUR)
    released = buyer.v1.subscription_schedules.retrieve(schedule.id)
    assert (released.status, released.released_subscription) == ("released", subscription.id)
    goes_on = buyer.subscription(subscription.id)
    assert (goes_on.schedule, goes_on.status, latest(goes_on).total) == (None, "active", 1000)


def test_a_schedule_is_released_before_its_day(buyer: Buyer) -> None:
    subscription = buyer.subscribe(buyer.price(3000))
    schedule = downgrade(buyer, subscription.id, buyer.price(1000))
    with pytest.raises(stripe.InvalidRequestError, match="managed by the subscription schedule"):
        buyer.v1.subscriptions.update(subscription.id, {"cancel_at_period_end": True})
    assert buyer.v1.subscription_schedules.release(schedule.id).status == "released"
    buyer.v1.subscriptions.update(subscription.id, {"cancel_at_period_end": True})
    buyer.v1.subscriptions.update(subscription.id, {"cancel_at_period_end": False})
    buyer.advance(END + 2 * HOUR)
    assert latest(buyer.subscription(subscription.id)).total == 3000
    with pytest.raises(stripe.InvalidRequestError):
        buyer.v1.subscription_schedules.release(schedule.id)


def test_a_schedule_that_cancels_at_its_end(buyer: Buyer) -> None:
    subscription = buyer.subscribe(buyer.price(3000))
    schedule = downgrade(buyer, subscription.id, buyer.price(1000), end_behavior="cancel")
    buyer.advance(LATER + 2 * HOUR)
    assert buyer.subscription(subscription.id).status == "canceled"
    assert buyer.v1.subscription_schedules.retrieve(schedule.id).status == "completed"
    assert len(buyer.v1.invoices.list({"subscription": subscription.id}).data) == 2


@pytest.mark.parametrize("by", ["schedule", "subscription"])
def test_both_are_canceled_together(buyer: Buyer, by: str) -> None:
    subscription = buyer.subscribe(buyer.price(3000))
    schedule = buyer.v1.subscription_schedules.create({"from_subscription": subscription.id})
    if by == "schedule":
        buyer.v1.subscription_schedules.cancel(schedule.id)
    else:
        buyer.v1.subscriptions.cancel(subscription.id)
    assert buyer.subscription(subscription.id).status == "canceled"
    assert buyer.v1.subscription_schedules.retrieve(schedule.id).status == "canceled"
    assert [found.id for found in buyer.v1.subscription_schedules.list().data] == [schedule.id]
    assert len(buyer.sandbox.events("subscription_schedule.canceled")) == 1


def test_phases_follow_each_other(buyer: Buyer) -> None:
    subscription = buyer.subscribe(buyer.price(3000))
    schedule = buyer.v1.subscription_schedules.create({"from_subscription": subscription.id})
    later: Any = {
        "items": [{"price": buyer.price(1000)}],
        "start_date": LATER,
        "end_date": LATER + 9,
    }
    with pytest.raises(stripe.InvalidRequestError, match="current phase"):
        buyer.v1.subscription_schedules.update(schedule.id, {"phases": [later]})
