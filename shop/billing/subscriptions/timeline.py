"""What happened to a subscription, in sentences: written when its row changes, and never again."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import object_session

from shop.billing.subscriptions import plans
from shop.billing.subscriptions.models import (
    OVER,
    Subscription,
    SubscriptionEntry,
    SubscriptionStatus,
)
from shop.catalog.models import Price

STATUSES = {
    SubscriptionStatus.TRIALING: "The trial began.",
    SubscriptionStatus.ACTIVE: "The subscription is active.",
    SubscriptionStatus.PAST_DUE: "A payment failed.",
    SubscriptionStatus.UNPAID: "All tries to collect the payment failed.",
    SubscriptionStatus.PAUSED: "The subscription is paused.",
    SubscriptionStatus.CANCELED: "The subscription ended.",
    SubscriptionStatus.INCOMPLETE: "The first payment is not complete.",
    SubscriptionStatus.INCOMPLETE_EXPIRED: "The first payment was never made.",
}


@dataclass(frozen=True)
class Picture:
    """What listeners and sentences are about; two that are alike mean that nothing happened."""

    status: SubscriptionStatus
    has_access: bool
    price_id: int
    quantity: int
    ends_at: datetime | None
    current_period_end: datetime | None
    next_step: tuple[int | None, int | None, datetime | None]
    card: tuple[str | None, str | None]
    trial_end: datetime | None
    latest_invoice_id: str | None
    frozen_at: datetime | None

    @property
    def is_over(self) -> bool:
        return self.status in OVER


def picture(subscription: Subscription) -> Picture:
    one = subscription
    return Picture(
        status=one.status,
        has_access=one.has_access,
        price_id=one.price_id,
        quantity=one.quantity,
        ends_at=one.ends_at,
        current_period_end=one.current_period_end,
        next_step=(one.next_price_id, one.next_quantity, one.next_from),
        card=(one.card_last4, one.card_expires),
        trial_end=one.trial_end,
        latest_invoice_id=one.latest_invoice_id,
        frozen_at=one.frozen_at,
    )


def note_changes(subscription: Subscription, before: Picture) -> bool:
    """Write down what is new; False when nothing is."""
    after = picture(subscription)
    for kind, text in _sentences(before, after):
        note(subscription, kind, text)
    if (before.price_id, before.quantity) != (after.price_id, after.quantity):
        note(subscription, "plan", _plan(subscription))
    return after != before


def note(subscription: Subscription, kind: str, text: str) -> None:
    session = object_session(subscription)
    assert session  # noqa: S101  rows that are followed are loaded ones
    session.add(
        SubscriptionEntry(
            subscription_id=subscription.id, kind=kind, text=text, at=subscription.now
        )
    )


def _sentences(before: Picture, after: Picture) -> list[tuple[str, str]]:
    found = []
    if before.status is not after.status:
        found.append((after.status.value, STATUSES[after.status]))
    if before.ends_at != after.ends_at and not after.is_over:
        found.append(_end(after.ends_at))
    if before.card != after.card and after.card[0] and before.card[0]:
        found.append(("card", f"The card ending in {after.card[0]} is charged from now on."))
    if before.has_access and not after.has_access:
        found.append(("access_ended", "Access ended."))
    if not before.has_access and after.has_access:
        found.append(("access_given", "Access was given."))
    return found


def _plan(subscription: Subscription) -> str:
    """By the id: the row may still hold the price before."""
    session = object_session(subscription)
    assert session  # noqa: S101  rows that are followed are loaded ones
    price = session.get_one(Price, subscription.price_id)
    return f"Changed to {plans.title_of(price, subscription.quantity)}."


def _end(ends_at: datetime | None) -> tuple[str, str]:
    if ends_at is None:
        return "kept", "The cancelation was taken back."
    return "cancelation", f"Canceled: it ends on {ends_at:%-d %b %Y}."
