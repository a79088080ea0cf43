"""Money back: asked for in a transaction, done at Stripe after it, mirrored whoever asked.

A refund made in Stripe's Dashboard gets its row from the event.
"""

import stripe
from sqlalchemy import func, select, update

from shop import db, events
from shop.billing import mirror
from shop.billing.gateway import StripeRefused, stripe_call
from shop.billing.models import NO_MONEY, Payment, PaymentStatus, Refund, RefundStatus
from shop.db import session
from shop.errors import ShopError
from shop.jobs import enqueue
from shop.logs import log

OURS = "keystall_refund"


class TooMuch(ShopError):
    message = "More cannot be refunded than was paid."


class TooLittle(ShopError):
    message = "There is nothing to refund."


def request(payment: Payment, amount: int, reason: str) -> Refund:
    """Ask for money back; Stripe is called after this transaction.

    :param amount: minor units.
    :raises TooMuch: when less than that is left.
    :raises TooLittle: when it is nothing.
    """
    if amount <= 0:
        raise TooLittle
    if amount > left(payment):
        raise TooMuch
    refund = Refund(payment_id=payment.id, amount=amount, reason=reason)
    session.add(refund)
    session.flush()  # its id is the idempotency key
    enqueue("shop.billing.tasks.submit_refund", refund.id)
    return refund


def left(payment: Payment) -> int:
    """Minor units that nobody has asked back; the payment is locked, so that they stay."""
    _lock(payment.id)
    asked = session.scalar(
        select(func.sum(Refund.amount)).where(
            Refund.payment_id == payment.id, Refund.status.not_in(NO_MONEY)
        )
    )
    return payment.received - (asked or 0)


def _lock(payment_id: int) -> Payment:
    """As it is now, ours until the commit. Payments are locked before their refunds, always."""
    query = select(Payment).where(Payment.id == payment_id).with_for_update()
    return session.scalars(query, execution_options={"populate_existing": True}).one()


def submit(refund_id: int) -> None:
    """Make the refund at Stripe, once however often this runs; commits."""
    refund = session.get(Refund, refund_id)
    if refund is None or refund.status is not RefundStatus.REQUESTED:
        return
    params: stripe.params.RefundCreateParams = {
        "payment_intent": refund.payment.stripe_payment_intent_id or "",
        "amount": refund.amount,
        "metadata": {OURS: str(refund.id)},
    }
    db.commit()
    try:
        with stripe_call() as client:
            theirs = client.v1.refunds.create(params, {"idempotency_key": f"refund:{refund_id}"})
    except StripeRefused as error:
        log.error("refund refused", refund=refund_id, code=error.code)
        _refuse(refund_id)
        return
    sync(theirs.id)


def _refuse(refund_id: int) -> None:
    refund = session.get_one(Refund, refund_id)
    refund.status = RefundStatus.FAILED
    events.publish(events.RefundChanged(refund_id))


def sync(stripe_refund_id: str) -> None:
    """Make our row what Stripe says of its refund; commits before it asks."""
    query = select(Refund.id).where(Refund.stripe_refund_id == stripe_refund_id)
    refund_id = session.scalar(query) or _adopt(_fetch(stripe_refund_id))
    if refund_id is None:
        return
    ticket = _draw(refund_id)
    _apply(refund_id, ticket, _fetch(stripe_refund_id))


def _fetch(stripe_refund_id: str) -> stripe.Refund:
    db.commit()
    with stripe_call() as client:
        return client.v1.refunds.retrieve(stripe_refund_id)


def _draw(refund_id: int) -> int:
    statement = update(Refund).where(Refund.id == refund_id).values(ticket=Refund.ticket + 1)
    return session.scalars(statement.returning(Refund.ticket)).one()


def _adopt(theirs: stripe.Refund) -> int | None:
    """Our row for a refund at Stripe: the one that asked for it, or a new one."""
    payment_id = mirror.find_payment(str(theirs.payment_intent)) if theirs.payment_intent else None
    if payment_id is None:
        return None
    if session.get_one(Payment, payment_id).status is not PaymentStatus.SUCCEEDED:
        mirror.sync(payment_id)  # the refund's event was faster than the payment's
    payment = _lock(payment_id)
    name = theirs.metadata[OURS] if theirs.metadata and OURS in theirs.metadata else ""
    query_ours = select(Refund).where(Refund.payment_id == payment.id)
    if name.isdecimal():
        refund = session.scalar(query_ours.where(Refund.id == int(name)))
    else:
        refund = session.scalar(query_ours.where(Refund.stripe_refund_id == theirs.id))
    if refund is None:
        refund = Refund(payment_id=payment.id, amount=theirs.amount, reason=theirs.reason or "")
        session.add(refund)
    refund.stripe_refund_id = theirs.id
    session.flush()  # the ticket is drawn by id
    return refund.id


def _apply(refund_id: int, ticket: int, theirs: stripe.Refund) -> None:
    payment = _lock(session.get_one(Refund, refund_id).payment_id)
    newest = update(Refund).where(Refund.id == refund_id, Refund.applied < ticket)
    if session.scalar(newest.values(applied=ticket).returning(Refund.id)) is None:
        return
    refund = session.get_one(Refund, refund_id, populate_existing=True)
    before, refund.status = refund.status, RefundStatus(theirs.status or "pending")
    mirror.record(payment, "refund", theirs.id, -theirs.amount)
    if refund.status in NO_MONEY:
        mirror.record(payment, "refund_failed", theirs.id, theirs.amount)
    payment.refunded = refunded(payment)
    if before is not refund.status:
        events.publish(events.RefundChanged(refund.id))


def refunded(payment: Payment) -> int:
    """Minor units that went back, or are on their way."""
    session.flush()  # the sum is over rows
    counted = Refund.status.not_in((*NO_MONEY, RefundStatus.REQUESTED))
    total = session.scalar(
        select(func.sum(Refund.amount)).where(Refund.payment_id == payment.id, counted)
    )
    return total or 0


def unsubmitted() -> list[int]:
    """Refunds that were asked for and have not reached Stripe."""
    query = select(Refund.id).where(Refund.status == RefundStatus.REQUESTED)
    return list(session.scalars(query.limit(50)))
