"""What a subscription's state means here: access, grace, trial, and what is told about it."""

from datetime import datetime, timedelta

from sqlalchemy import select, update

from shop import config, events
from shop.billing.subscriptions import plans, timeline, trials
from shop.billing.subscriptions.models import (
    OWING,
    PastPlan,
    Subscription,
    SubscriptionStatus,
)
from shop.billing.subscriptions.snapshots import Snapshot
from shop.db import session, utcnow
from shop.jobs import enqueue

OPEN = (SubscriptionStatus.TRIALING, SubscriptionStatus.ACTIVE)


def follow(subscription: Subscription, snapshot: Snapshot) -> None:
    """Copy what Stripe says, and tell everybody whom it concerns."""
    before = timeline.picture(subscription)
    if snapshot.item_id is None:  # there is nothing more at Stripe
        subscription.status = snapshot.status
        subscription.ended_at = subscription.ended_at or subscription.now
    else:
        _copy(subscription, snapshot)
        _copy_plan(subscription, snapshot)
        _copy_card(subscription, snapshot)
    if subscription.status is SubscriptionStatus.TRIALING and not trials.begin(subscription):
        subscription.trial_refused = True
        enqueue("shop.billing.tasks.end_trial", subscription.id)
    _follow_debt(subscription, before)
    settle(subscription)
    if timeline.note_changes(subscription, before):
        session.flush()  # listeners read the row
        events.publish(events.SubscriptionChanged(subscription.id))


def settle(subscription: Subscription) -> None:
    """Decide whether it gives access at its present moment."""
    is_past_due = subscription.status is SubscriptionStatus.PAST_DUE
    in_grace = is_past_due and subscription.now < grace_end(subscription)
    subscription.has_access = subscription.status in OPEN or in_grace


def grace_end(subscription: Subscription) -> datetime:
    """Until when an unpaid invoice takes nothing away; Stripe's retries have their own rhythm."""
    since = subscription.past_due_since or subscription.now
    return since + timedelta(days=config.current().grace_days)


def out_of_grace() -> list[int]:
    """Ids of those whose grace ended since anybody looked."""
    last = timedelta(days=config.current().grace_days)
    query = select(Subscription).where(
        Subscription.status == SubscriptionStatus.PAST_DUE,
        Subscription.has_access,
        Subscription.past_due_since < utcnow() - last,
    )
    return [one.id for one in session.scalars(query) if one.now >= grace_end(one)]


def end_grace(subscription_id: int) -> None:
    subscription = session.get_one(Subscription, subscription_id, populate_existing=True)
    before = timeline.picture(subscription)
    settle(subscription)
    if timeline.note_changes(subscription, before):
        session.flush()  # listeners read the row
        events.publish(events.SubscriptionChanged(subscription_id))


def mark_paid(stripe_subscription_id: str, at: datetime) -> None:
    """Money came in for it: who paid keeps what the license's policy leaves them at the end."""
    row = update(Subscription).where(
        Subscription.stripe_subscription_id == stripe_subscription_id,
        Subscription.paid_at.is_(None),
    )
    found = session.scalar(row.values(paid_at=at).returning(Subscription.id))
    if found is not None:
        events.publish(events.SubscriptionChanged(found))


def _follow_debt(subscription: Subscription, before: timeline.Picture) -> None:
    """A card that came after the one that failed is charged now, and not at Stripe's next try."""
    if not subscription.owes:
        subscription.failed_card = None
    elif before.status not in OWING:
        subscription.failed_card = subscription.card_fingerprint
    is_new = timeline.picture(subscription).card != before.card
    if is_new and subscription.has_new_card:
        enqueue("shop.billing.tasks.collect_open", subscription.id)


def _copy(subscription: Subscription, snapshot: Snapshot) -> None:
    subscription.stripe_subscription_id = snapshot.stripe_id
    subscription.status = snapshot.status
    for name in (
        *("started_at", "current_period_end", "trial_end", "ends_at", "ended_at"),
        *("cancel_reason", "cancel_comment", "resumes_at", "test_clock", "frozen_at"),
        *("latest_invoice_id", "is_discounted"),
    ):
        setattr(subscription, name, getattr(snapshot, name))
    if snapshot.status is not SubscriptionStatus.PAST_DUE:
        subscription.past_due_since = None
    elif subscription.past_due_since is None:
        subscription.past_due_since = snapshot.billed_at or subscription.now


def _copy_plan(subscription: Subscription, snapshot: Snapshot) -> None:
    """A plan that somebody made at Stripe by hand leaves ours in its place."""
    subscription.stripe_item_id = snapshot.item_id
    price_id = snapshot.stripe_price_id and plans.price_of(snapshot.stripe_price_id)
    new = (price_id or subscription.price_id, snapshot.quantity)
    if new != (subscription.price_id, subscription.quantity) and subscription.started_at:
        subscription.changes += 1
        _keep_past(subscription)
    subscription.price_id, subscription.quantity = new
    coming = snapshot.next_step
    subscription.next_price_id = plans.price_of(coming.stripe_price_id) if coming else None
    subscription.next_quantity = coming.quantity if coming else None
    subscription.next_from = coming.since if coming else None


def _keep_past(subscription: Subscription) -> None:
    """For figures about days that are gone."""
    session.add(
        PastPlan(
            subscription_id=subscription.id,
            price_id=subscription.price_id,
            quantity=subscription.quantity,
            until=subscription.now,
        )
    )


def _copy_card(subscription: Subscription, snapshot: Snapshot) -> None:
    card = snapshot.card
    subscription.card_brand = card.brand if card else None
    subscription.card_last4 = card.last4 if card else None
    subscription.card_expires = card.expires if card else None
    subscription.card_fingerprint = card.fingerprint if card else None
