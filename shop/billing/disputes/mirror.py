"""Our disputes follow Stripe's. As with refunds, a ticket is drawn before Stripe is asked."""

from datetime import UTC, datetime

import stripe
from sqlalchemy import select, update

from shop import db, events
from shop.billing import mirror
from shop.billing.disputes import words
from shop.billing.disputes.models import Dispute, Stage
from shop.billing.gateway import stripe_call
from shop.billing.models import LedgerEntry, Payment, PaymentStatus
from shop.billing.subscriptions import mirror as subscriptions
from shop.billing.subscriptions import timeline
from shop.billing.subscriptions.models import Subscription
from shop.db import session, utcnow


def sync(stripe_dispute_id: str) -> None:
    """Make our row what Stripe says of its dispute; commits before it asks.

    One of a charge that is not ours is left alone.
    """
    dispute_id = _find(stripe_dispute_id) or _adopt(_fetch(stripe_dispute_id))
    if dispute_id is None:
        return
    drawn = update(Dispute).where(Dispute.id == dispute_id).values(ticket=Dispute.ticket + 1)
    ticket = session.scalars(drawn.returning(Dispute.ticket)).one()
    _apply(dispute_id, ticket, _fetch(stripe_dispute_id))


def _find(stripe_dispute_id: str) -> int | None:
    return session.scalar(select(Dispute.id).filter_by(stripe_dispute_id=stripe_dispute_id))


def _fetch(stripe_dispute_id: str) -> stripe.Dispute:
    db.commit()
    with stripe_call() as client:
        return client.v1.disputes.retrieve(stripe_dispute_id)


def _adopt(theirs: stripe.Dispute) -> int | None:
    """A row for a dispute that is new to us, if what it is about is ours."""
    intent_id = str(theirs.payment_intent) if theirs.payment_intent else None
    payment_id = mirror.find_payment(intent_id) if intent_id else None
    subscription_id = None
    if payment_id:
        if session.get_one(Payment, payment_id).status is not PaymentStatus.SUCCEEDED:
            mirror.sync(payment_id)  # the dispute's event was faster than the payment's
    elif intent_id:
        subscription_id = _subscription_of(intent_id)
    if payment_id is None and subscription_id is None:
        return None
    made = db.insert_once(
        Dispute,
        stripe_dispute_id=theirs.id,
        stripe_charge_id=str(theirs.charge),
        payment_id=payment_id,
        subscription_id=subscription_id,
        amount=theirs.amount,
        currency=theirs.currency.upper(),
        opened_at=datetime.fromtimestamp(theirs.created, UTC),
    )
    return made or _find(theirs.id)


def _subscription_of(intent_id: str) -> int | None:
    """By the invoice that the PaymentIntent has paid."""
    db.commit()
    with stripe_call() as client:
        found = client.v1.invoice_payments.list(
            {"payment": {"type": "payment_intent", "payment_intent": intent_id}}
        ).data
        parent = client.v1.invoices.retrieve(str(found[0].invoice)).parent if found else None
    details = parent.subscription_details if parent else None
    if details is None:
        return None
    stripe_id = str(details.subscription)
    known = select(Subscription.id).filter_by(stripe_subscription_id=stripe_id)
    if session.scalar(known) is None:
        subscriptions.sync_stripe(stripe_id)
    return session.scalar(known)


def _apply(dispute_id: int, ticket: int, theirs: stripe.Dispute) -> None:
    newest = update(Dispute).where(Dispute.id == dispute_id, Dispute.applied < ticket)
    if session.scalar(newest.values(applied=ticket).returning(Dispute.id)) is None:
        return
    dispute = session.get_one(Dispute, dispute_id, populate_existing=True)
    before, dispute.status = dispute.status, theirs.status
    dispute.amount, dispute.reason = theirs.amount, theirs.reason
    due_by = theirs.evidence_details.due_by
    dispute.due_by = datetime.fromtimestamp(due_by, UTC) if due_by else None
    dispute.withdrawn = -_book(dispute, theirs)
    if before == dispute.status:
        return
    is_running = dispute.stage in {Stage.ASKED, Stage.OPEN}
    dispute.closed_at = None if is_running else dispute.closed_at or utcnow()
    if dispute.subscription:
        timeline.note(dispute.subscription, "dispute", words.told(dispute))
    session.flush()  # who listens asks for all disputes of the order
    events.publish(events.DisputeChanged(dispute.id))


def _book(dispute: Dispute, theirs: stripe.Dispute) -> int:
    """What the bank has moved so far: negative while the money is gone. Payments have a ledger."""
    total = 0
    for moved in theirs.balance_transactions:
        sign = 1 if moved.amount > 0 else -1
        is_same = moved.currency.upper() == dispute.currency  # else it was exchanged
        amount = moved.amount if is_same else sign * dispute.amount
        total += amount
        if dispute.payment_id:
            _record(dispute, "dispute", moved.id, amount, dispute.currency)
            _record(dispute, "dispute_fee", moved.id, -moved.fee, moved.currency.upper())
    return total


def _record(dispute: Dispute, kind: str, external_id: str, amount: int, currency: str) -> None:
    if amount:
        db.insert_once(
            LedgerEntry,
            payment_id=dispute.payment_id,
            kind=kind,
            external_id=external_id,
            amount=amount,
            currency=currency,
        )
