"""What we want to know of a Subscription at Stripe, read from its objects as they are today."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import stripe

from shop.billing.gateway import Missing, stripe_call
from shop.billing.subscriptions.models import SubscriptionStatus

EXPAND = [
    *("default_payment_method", "customer.invoice_settings.default_payment_method"),
    *("latest_invoice", "schedule", "test_clock"),
]


@dataclass(frozen=True)
class Card:
    brand: str
    last4: str
    expires: str
    fingerprint: str | None


@dataclass(frozen=True)
class Step:
    """The plan from some moment on."""

    stripe_price_id: str
    quantity: int
    since: datetime


@dataclass(frozen=True)
class Snapshot:
    status: SubscriptionStatus
    stripe_id: str | None = None
    item_id: str | None = None
    stripe_price_id: str | None = None
    quantity: int = 1
    started_at: datetime | None = None
    current_period_end: datetime | None = None
    trial_end: datetime | None = None
    ends_at: datetime | None = None
    ended_at: datetime | None = None
    cancel_reason: str = ""
    cancel_comment: str = ""
    resumes_at: datetime | None = None
    latest_invoice_id: str | None = None
    billed_at: datetime | None = None
    """When the latest invoice was made."""
    is_discounted: bool = False
    next_step: Step | None = None
    card: Card | None = None
    test_clock: str | None = None
    frozen_at: datetime | None = None


def fetch(stripe_id: str) -> Snapshot | None:
    """None when Stripe has it no more, as after the end of its test clock."""
    try:
        with stripe_call() as client:
            found = client.v1.subscriptions.retrieve(stripe_id, {"expand": EXPAND})
    except Missing:
        return Snapshot(SubscriptionStatus.CANCELED, stripe_id)
    return read(found)


def fetch_by_page(checkout_id: str) -> Snapshot | None:
    """What became of Stripe's page; None while it is open."""
    with stripe_call() as client:
        page = client.v1.checkout.sessions.retrieve(checkout_id)
    if isinstance(page.subscription, str):
        return fetch(page.subscription)
    expired = page.status == "expired"
    return Snapshot(SubscriptionStatus.INCOMPLETE_EXPIRED) if expired else None


def read(found: stripe.Subscription) -> Snapshot:
    """:param found: with what `EXPAND` names."""
    item = found.items.data[0]
    details, invoice = found.cancellation_details, found.latest_invoice
    clock, pause = found.test_clock, found.pause_collection
    is_scheduled = found.cancel_at is not None or found.cancel_at_period_end
    end = found.cancel_at or max(one.current_period_end for one in found.items.data)
    return Snapshot(
        status=SubscriptionStatus(found.status),
        stripe_id=found.id,
        item_id=item.id,
        stripe_price_id=item.price.id,
        quantity=item.quantity or 1,
        started_at=moment(found.start_date),
        current_period_end=moment(max(one.current_period_end for one in found.items.data)),
        trial_end=moment(found.trial_end),
        ends_at=moment(end) if is_scheduled and found.ended_at is None else None,
        ended_at=moment(found.ended_at),
        cancel_reason=(details.feedback or details.reason or "") if details else "",
        cancel_comment=(details.comment or "") if details else "",
        resumes_at=moment(pause.resumes_at) if pause else None,
        latest_invoice_id=invoice.id if isinstance(invoice, stripe.Invoice) else None,
        billed_at=moment(invoice.created) if isinstance(invoice, stripe.Invoice) else None,
        is_discounted=bool(found.discounts),
        next_step=_next_step(found.schedule, item),
        card=_card(found),
        test_clock=getattr(clock, "id", None),
        frozen_at=moment(getattr(clock, "frozen_time", None)),
    )


def moment(seconds: int | None) -> datetime | None:
    """Stripe's whole seconds in UTC."""
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)


def _next_step(schedule: Any, item: stripe.SubscriptionItem) -> Step | None:
    """What a schedule has in store, where that is another plan or another number of seats."""
    if not isinstance(schedule, stripe.SubscriptionSchedule) or schedule.current_phase is None:
        return None
    later = [p for p in schedule.phases if p.start_date >= schedule.current_phase.end_date]
    if not later:
        return None
    coming = later[0].items[0]
    price = coming.price if isinstance(coming.price, str) else coming.price.id
    if (price, coming.quantity or 1) == (item.price.id, item.quantity or 1):
        return None
    return Step(price, coming.quantity or 1, datetime.fromtimestamp(later[0].start_date, UTC))


def _card(found: stripe.Subscription) -> Card | None:
    """The one that is charged next: the subscription's own, else the customer's."""
    method = found.default_payment_method
    if not isinstance(method, stripe.PaymentMethod) and isinstance(found.customer, stripe.Customer):
        settings = found.customer.invoice_settings
        method = settings.default_payment_method if settings else None
    card = getattr(method, "card", None)
    if card is None:
        return None
    expires = f"{card.exp_year}-{card.exp_month:02}"
    return Card(card.brand, card.last4, expires, getattr(card, "fingerprint", None))
