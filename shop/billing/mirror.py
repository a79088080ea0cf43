"""Our payments follow Stripe's, whoever told us to look: webhook, success page, sweeper.

A ticket is drawn before Stripe is asked, and an answer counts only if no later ticket has been
applied. So no lock is held while Stripe thinks, and an old answer never overwrites a newer one.
"""

from dataclasses import dataclass, replace
from typing import Any

import stripe
from sqlalchemy import select, update
from sqlalchemy.orm import InstrumentedAttribute

from shop import db, events
from shop.billing import buyers
from shop.billing.gateway import stripe_call
from shop.billing.models import LedgerEntry, Payment, PaymentStatus, PaymentWay
from shop.db import session
from shop.errors import ShopError

OURS, KEY = "keystall_payment", "keystall_key"
"""The metadata key that says which payment of ours an object at Stripe belongs to."""


class UnknownPayment(ShopError):
    """Stripe names a payment of ours that we do not have (yet)."""

    status = 404
    message = "This payment is not known here."


class Mismatch(ShopError):
    """Stripe collected something else than we asked for."""

    title = "The amounts differ"
    message = "What was paid is not what was ordered. We are looking into it and will write to you."


@dataclass(frozen=True)
class Snapshot:
    """What we want to know of a payment at Stripe, whichever way it was made."""

    status: PaymentStatus
    amount: int
    currency: str
    intent_id: str | None = None
    received: int = 0
    card_brand: str | None = None
    card_last4: str | None = None
    error_code: str | None = None
    error_message: str | None = None
    buyer: events.Buyer | None = None
    """When Stripe's page has asked who buys."""


def sync(payment_id: int) -> Payment:
    """Bring the payment up to date; commits before it asks Stripe.

    :raises StripeUnavailable: when Stripe does not answer; nothing was changed then.
    :raises Mismatch: when the amount is not ours; the order is marked for a person then.
    """
    ticket = session.scalar(
        update(Payment)
        .where(Payment.id == payment_id)
        .values(ticket=Payment.ticket + 1)
        .returning(Payment.ticket)
    )
    if ticket is None:
        raise UnknownPayment
    payment = session.get_one(Payment, payment_id)
    way, intent_id = payment.way, payment.stripe_payment_intent_id
    checkout_id = payment.stripe_checkout_session_id
    db.commit()
    if way is PaymentWay.HOSTED and checkout_id:
        apply(payment_id, ticket, fetch_checkout(checkout_id))
    elif intent_id:
        apply(payment_id, ticket, fetch_intent(intent_id))
    return session.get_one(Payment, payment_id, populate_existing=True)


def sync_intent(intent_id: str) -> None:
    """For an event about a PaymentIntent. One that is not ours is left alone."""
    payment_id = find_payment(intent_id)
    if payment_id is not None:
        sync(payment_id)


def find_payment(intent_id: str) -> int | None:
    """Whose PaymentIntent it is; None when it is not ours. Commits if it has to ask Stripe."""
    query = select(Payment.id).where(Payment.stripe_payment_intent_id == intent_id)
    return session.scalar(query) or _claimed_by(intent_id)


def sync_checkout(checkout_id: str) -> None:
    """For an event about a Checkout Session. One that is not ours is left alone."""
    query = select(Payment.id).where(Payment.stripe_checkout_session_id == checkout_id)
    payment_id = session.scalar(query)
    if payment_id is None:
        db.commit()
        with stripe_call() as client:
            checkout = client.v1.checkout.sessions.retrieve(checkout_id)
        payment_id = _adopt(checkout.metadata, Payment.stripe_checkout_session_id, checkout_id)
    if payment_id is not None:
        sync(payment_id)


def _claimed_by(intent_id: str) -> int | None:
    """The event was faster than the answer to our own call: the metadata says whose it is."""
    db.commit()
    with stripe_call() as client:
        intent = client.v1.payment_intents.retrieve(intent_id)
    return _adopt(intent.metadata, Payment.stripe_payment_intent_id, intent_id)


def names_of(payment: Payment) -> dict[str, str]:
    """The metadata by which an object at Stripe is known as this payment's."""
    return {OURS: str(payment.id), KEY: payment.idempotency_key}


def _adopt(metadata: Any, column: InstrumentedAttribute[str | None], stripe_id: str) -> int | None:
    """Our payment that the metadata names, with its id at Stripe from now on.

    None when there is none, also when it is of a shop beside us at the same Stripe account: numbers
    are alike there, keys are not.

    :raises UnknownPayment: when we do not have it (yet).
    """
    name, key = getattr(metadata, OURS, ""), getattr(metadata, KEY, "")
    if not name.isdecimal():
        return None
    if session.get(Payment, int(name)) is None:
        raise UnknownPayment(f"Stripe's {stripe_id} names payment {name}")
    ours = (Payment.id == int(name)) & (Payment.idempotency_key == key)
    free = column.is_(None) | (column == stripe_id)
    adopted = update(Payment).where(ours & free).values({column: stripe_id})
    return session.scalar(adopted.returning(Payment.id))


def fetch_intent(intent_id: str) -> Snapshot:
    with stripe_call() as client:
        intent = client.v1.payment_intents.retrieve(intent_id, {"expand": ["latest_charge"]})
    return _of_intent(intent)


def fetch_checkout(checkout_id: str) -> Snapshot:
    with stripe_call() as client:
        checkout = client.v1.checkout.sessions.retrieve(
            checkout_id,
            {"expand": ["payment_intent.latest_charge", "shipping_cost.shipping_rate"]},
        )
    if buyers.is_asked_by(checkout):
        return _of_asking_page(checkout)
    if isinstance(checkout.payment_intent, stripe.PaymentIntent):
        snapshot = _of_intent(checkout.payment_intent)
        if checkout.status != "expired" or snapshot.status is PaymentStatus.SUCCEEDED:
            return snapshot
    status = (
        PaymentStatus.CANCELED
        if checkout.status == "expired"
        else PaymentStatus.REQUIRES_PAYMENT_METHOD
    )
    return Snapshot(status, checkout.amount_total or 0, (checkout.currency or "").upper())


def _of_asking_page(checkout: stripe.checkout.Session) -> Snapshot:
    """Only when it is complete we are told who buys, and what delivery costs: paid means both."""
    intent = checkout.payment_intent
    known = _of_intent(intent) if isinstance(intent, stripe.PaymentIntent) else None
    if checkout.status == "complete" and known:
        return replace(known, buyer=buyers.told_by(checkout))
    is_over = checkout.status == "expired"
    delivery = checkout.shipping_cost.amount_total if checkout.shipping_cost else 0
    return Snapshot(
        PaymentStatus.CANCELED if is_over else PaymentStatus.REQUIRES_PAYMENT_METHOD,
        (checkout.amount_total or 0) - delivery,
        (checkout.currency or "").upper(),
        error_code=known.error_code if known else None,
        error_message=known.error_message if known else None,
    )


def _of_intent(intent: stripe.PaymentIntent) -> Snapshot:
    charge = intent.latest_charge if isinstance(intent.latest_charge, stripe.Charge) else None
    details = charge.payment_method_details if charge else None
    card = getattr(details, "card", None)  # Stripe leaves out what does not apply
    failure = intent.last_payment_error
    return Snapshot(
        status=PaymentStatus(intent.status),
        amount=intent.amount,
        currency=intent.currency.upper(),
        intent_id=intent.id,
        received=intent.amount_received,
        card_brand=card.brand if card else None,
        card_last4=card.last4 if card else None,
        error_code=getattr(failure, "decline_code", None) or getattr(failure, "code", None),
        error_message=getattr(failure, "message", None),
    )


def apply(payment_id: int, ticket: int, snapshot: Snapshot) -> None:
    """Make our row what Stripe said, unless a later answer was applied already."""
    newest = update(Payment).where(Payment.id == payment_id, Payment.applied < ticket)
    if session.scalar(newest.values(applied=ticket).returning(Payment.id)) is None:
        return
    payment = session.get_one(Payment, payment_id, populate_existing=True)
    if payment.status is PaymentStatus.SUCCEEDED:
        return  # that is final; a later ticket may still hold an answer from before
    if snapshot.buyer:
        events.publish(events.BuyerTold(payment.id, snapshot.buyer))
    _check_amount(payment, snapshot)
    before = (payment.status, payment.error_code)
    payment.status = snapshot.status
    payment.received = snapshot.received
    payment.stripe_payment_intent_id = snapshot.intent_id or payment.stripe_payment_intent_id
    payment.card_brand, payment.card_last4 = snapshot.card_brand, snapshot.card_last4
    payment.error_code, payment.error_message = snapshot.error_code, snapshot.error_message
    if snapshot.status is PaymentStatus.SUCCEEDED and snapshot.intent_id:
        record(payment, "capture", snapshot.intent_id, snapshot.received)
    if before != (payment.status, payment.error_code):
        events.publish(events.PaymentChanged(payment.id))


def _check_amount(payment: Payment, snapshot: Snapshot) -> None:
    asked = (payment.amount, payment.currency)
    if asked == (snapshot.amount, snapshot.currency):
        return
    events.publish(events.PaymentMismatched(payment.id))
    db.commit()  # the mark on the order stays, whatever becomes of the event
    raise Mismatch


def record(payment: Payment, kind: str, external_id: str, amount: int) -> None:
    """A ledger entry, once for each object at Stripe and kind."""
    db.insert_once(
        LedgerEntry,
        payment_id=payment.id,
        kind=kind,
        external_id=external_id,
        amount=amount,
        currency=payment.currency,
    )
