"""Our copies of Stripe's invoices and credit notes follow Stripe, whoever told us to look.

As with payments, a ticket is drawn before Stripe is asked, and an answer counts only if no later
ticket has been applied.
"""

import contextlib
from collections.abc import Mapping
from typing import Any

from sqlalchemy import select, update

from shop import db, events
from shop.billing.gateway import Missing
from shop.billing.invoices import snapshots
from shop.billing.invoices.models import CreditNote, Invoice, InvoiceStatus, Source
from shop.billing.invoices.snapshots import InvoiceSnapshot
from shop.billing.subscriptions import customers, timeline
from shop.billing.subscriptions import mirror as subscriptions
from shop.billing.subscriptions import state as subscription_state
from shop.billing.subscriptions.models import Subscription
from shop.db import session

BLANK = {
    "source": Source.STRIPE,
    "currency": "",
    "subtotal": 0,
    "tax": 0,
    "total": 0,
    "lines": [],
    "seller": {},
}
PAID_TOO_LATE = "paid after its subscription had ended"


def sync(stripe_id: str) -> int | None:
    """Bring our row of this Invoice up to date; commits before it asks Stripe.

    :returns: the row's id; None when it is of a customer who is not ours.
    :raises StripeUnavailable: when Stripe does not answer; nothing was changed then.
    """
    known = select(Invoice.id).filter_by(stripe_invoice_id=stripe_id)
    invoice_id = session.scalar(known) or _adopt(stripe_id)
    if invoice_id is None:
        return None
    ticket = _draw(Invoice, invoice_id)
    db.commit()
    snapshot = snapshots.fetch_invoice(stripe_id)
    if snapshot is not None and snapshot.stripe_subscription_id:
        _look_at_subscription(invoice_id, snapshot)
    if _is_newest(Invoice, invoice_id, ticket):
        invoice = session.get_one(Invoice, invoice_id, populate_existing=True)
        _follow(invoice, snapshot)
    return invoice_id


def sync_credit_note(stripe_id: str) -> None:
    """The same for a Credit Note."""
    known = select(CreditNote.id).filter_by(stripe_credit_note_id=stripe_id)
    note_id = session.scalar(known) or _adopt_credit_note(stripe_id)
    if note_id is None:
        return
    ticket = _draw(CreditNote, note_id)
    db.commit()
    found = snapshots.fetch_credit_note(stripe_id)
    if found is not None and _is_newest(CreditNote, note_id, ticket):
        note = session.get_one(CreditNote, note_id, populate_existing=True)
        if _copy(note, vars(found[1])):
            session.flush()  # listeners look at the row
            events.publish(events.CreditNoteChanged(note_id))


def _draw(model: type[Any], row_id: int) -> int:
    drawn = update(model).where(model.id == row_id).values(ticket=model.ticket + 1)
    ticket: int = session.scalars(drawn.returning(model.ticket)).one()
    return ticket


def _is_newest(model: type[Any], row_id: int, ticket: int) -> bool:
    newest = update(model).where(model.id == row_id, model.applied < ticket)
    return session.scalar(newest.values(applied=ticket).returning(model.id)) is not None


def _adopt(stripe_id: str) -> int | None:
    """A row for an Invoice that we hear of for the first time, if its customer is ours.

    What it says is copied with the ticket, like every later change.
    """
    db.commit()
    snapshot = snapshots.fetch_invoice(stripe_id)
    user_id = customers.user_of(snapshot.stripe_customer_id) if snapshot else None
    if user_id is None:
        return None
    db.insert_once(
        Invoice,
        **BLANK,
        status=InvoiceStatus.DRAFT,
        user_id=user_id,
        stripe_invoice_id=stripe_id,
    )
    return session.scalars(select(Invoice.id).filter_by(stripe_invoice_id=stripe_id)).one()


def _adopt_credit_note(stripe_id: str) -> int | None:
    db.commit()
    found = snapshots.fetch_credit_note(stripe_id)
    invoice_id = sync(found[0]) if found else None
    if invoice_id is None:
        return None
    db.insert_once(CreditNote, **BLANK, invoice_id=invoice_id, stripe_credit_note_id=stripe_id)
    return session.scalars(select(CreditNote.id).filter_by(stripe_credit_note_id=stripe_id)).one()


def _look_at_subscription(invoice_id: int, snapshot: InvoiceSnapshot) -> None:
    """Know the subscription before its invoice: a payment is what changes it, or comes too late."""
    row = session.get_one(Invoice, invoice_id)
    is_news = snapshot.status is InvoiceStatus.PAID and row.status is not InvoiceStatus.PAID
    if is_news or row.subscription_id is None:
        with contextlib.suppress(Missing):  # it went with its test clock
            subscriptions.sync_stripe(snapshot.stripe_subscription_id or "")


def _follow(invoice: Invoice, snapshot: InvoiceSnapshot | None) -> None:
    was_paid = invoice.status is InvoiceStatus.PAID
    if snapshot is None:
        has_changed = invoice.status is InvoiceStatus.DRAFT  # all others keep their last word
        invoice.status = InvoiceStatus.DELETED if has_changed else invoice.status
    else:
        has_changed = _copy(invoice, vars(snapshot) | _subscription_of(snapshot))
    if invoice.status is InvoiceStatus.PAID and not was_paid:
        _take_money(invoice)
    if has_changed:
        session.flush()  # listeners look at the row
        events.publish(events.InvoiceChanged(invoice.id))


def _subscription_of(snapshot: InvoiceSnapshot) -> dict[str, int | None]:
    query = select(Subscription.id).filter_by(
        stripe_subscription_id=snapshot.stripe_subscription_id
    )
    known = session.scalar(query) if snapshot.stripe_subscription_id else None
    return {"subscription_id": known} if known else {}


def _copy(row: Invoice | CreditNote, values: Mapping[str, Any]) -> bool:
    """True when something is not as it was."""
    changed = {name: value for name, value in values.items() if getattr(row, name) != value}
    for name, value in changed.items():
        setattr(row, name, value)
    return bool(changed)


def _take_money(invoice: Invoice) -> None:
    """Money came in for a subscription. After its end it opens nothing, and a person decides."""
    subscription, paid_at = invoice.subscription, invoice.paid_at
    if subscription is None or paid_at is None or invoice.amount_paid == 0:
        return
    ended_at = subscription.ended_at if subscription.is_over else None
    if ended_at is not None and invoice.created_at < ended_at < paid_at:
        invoice.attention = invoice.attention or PAID_TOO_LATE
        timeline.note(
            subscription, "paid_late", "A payment came in after the end. We are looking into it."
        )
    elif subscription.stripe_subscription_id:
        subscription_state.mark_paid(subscription.stripe_subscription_id, paid_at)
