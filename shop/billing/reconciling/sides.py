"""The kinds of things that exist at Stripe and here, and how each is compared.

Whole lists are read first, outside of any transaction; only what differs is asked for singly.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import stripe
from sqlalchemy import select

from shop import db
from shop.billing import mirror, refunds
from shop.billing.disputes import mirror as disputes
from shop.billing.disputes.models import Dispute
from shop.billing.gateway import stripe_call
from shop.billing.invoices import mirror as invoices
from shop.billing.invoices.models import CreditNote, Invoice
from shop.billing.models import Payment, Refund
from shop.billing.subscriptions import mirror as subscriptions
from shop.billing.subscriptions import snapshots
from shop.billing.subscriptions.models import StripeCustomer, Subscription
from shop.db import session

MOST = 100  # a page, Stripe's largest

State = tuple[Any, ...]


@dataclass(frozen=True)
class Theirs:
    """An object at Stripe that is ours, and what of it we would notice."""

    id: str
    state: State
    customer: str | None = None
    """Whose it is, where those of our customers are ours."""


@dataclass(frozen=True)
class Side:
    kind: str
    at_stripe: Callable[[stripe.StripeClient, int], Iterable[Theirs]]
    """Those made since then, in Unix seconds."""
    here: Callable[[str], State | None]
    """The same of our row; None when there is none."""
    repair: Callable[[str], object]

    def read(self, since: datetime) -> list[Theirs]:
        """:raises StripeUnavailable: when Stripe does not answer."""
        db.commit()
        with stripe_call() as client:
            found = list(self.at_stripe(client, int(since.timestamp())))
        ours = {None, *session.scalars(select(StripeCustomer.stripe_customer_id))}
        return [one for one in found if one.customer in ours]


def _intents(client: stripe.StripeClient, since: int) -> Iterable[Theirs]:
    params: stripe.params.PaymentIntentListParams = {"created": {"gte": since}, "limit": MOST}
    for one in client.v1.payment_intents.list(params).auto_paging_iter():
        if mirror.OURS in one.metadata:
            yield Theirs(one.id, (one.status, one.amount_received))


def _intent_here(id: str) -> State | None:
    query = select(Payment.status, Payment.received).filter_by(stripe_payment_intent_id=id)
    return _row(query)


def _pages(client: stripe.StripeClient, since: int) -> Iterable[Theirs]:
    params: stripe.params.checkout.SessionListParams = {"created": {"gte": since}, "limit": MOST}
    for one in client.v1.checkout.sessions.list(params).auto_paging_iter():
        names = one.metadata or ()
        if one.status != "open" and (mirror.OURS in names or subscriptions.OURS in names):
            yield Theirs(one.id, (one.status != "expired",))


def _page_here(id: str) -> State | None:
    """Whether it was paid, or is on its way: that is what the page can tell."""
    status = session.scalar(select(Payment.status).filter_by(stripe_checkout_session_id=id))
    if status is not None:
        return (status in {"succeeded", "processing"},)
    found = session.scalar(select(Subscription).filter_by(stripe_checkout_session_id=id))
    return (found.stripe_subscription_id is not None,) if found else None


def _refunds(client: stripe.StripeClient, since: int) -> Iterable[Theirs]:
    params: stripe.params.RefundListParams = {"created": {"gte": since}, "limit": MOST}
    for one in client.v1.refunds.list(params).auto_paging_iter():
        yield Theirs(one.id, (one.status, one.amount))


def _refund_here(id: str) -> State | None:
    return _row(select(Refund.status, Refund.amount).filter_by(stripe_refund_id=id))


def _disputes(client: stripe.StripeClient, _since: int) -> Iterable[Theirs]:
    """All of them: they are few, and last for months."""
    params: stripe.params.DisputeListParams = {
        "limit": MOST,
        "expand": ["data.payment_intent"],
    }
    for one in client.v1.disputes.list(params).auto_paging_iter():
        intent = one.payment_intent
        names = intent.metadata if isinstance(intent, stripe.PaymentIntent) else ()
        if mirror.OURS in names or _dispute_here(one.id):
            yield Theirs(one.id, (one.status, one.amount))


def _dispute_here(id: str) -> State | None:
    return _row(select(Dispute.status, Dispute.amount).filter_by(stripe_dispute_id=id))


def _subscriptions(client: stripe.StripeClient, _since: int) -> Iterable[Theirs]:
    """All of them: one that began long ago may have changed today."""
    params: stripe.params.SubscriptionListParams = {
        "status": "all",
        "limit": MOST,
        "expand": [f"data.{name}" for name in snapshots.EXPAND],
    }
    for one in client.v1.subscriptions.list(params).auto_paging_iter():
        if subscriptions.OURS in one.metadata:
            yield Theirs(one.id, _told(snapshots.read(one)))


def _invoices(client: stripe.StripeClient, since: int) -> Iterable[Theirs]:
    """Also those of before that are still to be paid."""
    recent: stripe.params.InvoiceListParams = {"created": {"gte": since}, "limit": MOST}
    still_open: stripe.params.InvoiceListParams = {"status": "open", "limit": MOST}
    seen = set()
    for params in (recent, still_open):
        for one in client.v1.invoices.list(params).auto_paging_iter():
            if one.id and one.id not in seen:
                seen.add(one.id)
                state = (one.status, one.number, one.total, one.amount_paid)
                yield Theirs(one.id, state, str(one.customer))


def _invoice_here(id: str) -> State | None:
    told = (Invoice.status, Invoice.number, Invoice.total, Invoice.amount_paid)
    return _row(select(*told).filter_by(stripe_invoice_id=id))


def _credit_notes(client: stripe.StripeClient, since: int) -> Iterable[Theirs]:
    params: stripe.params.CreditNoteListParams = {"created": {"gte": since}, "limit": MOST}
    for one in client.v1.credit_notes.list(params).auto_paging_iter():
        yield Theirs(one.id, (one.status, one.number, one.total), str(one.customer))


def _credit_note_here(id: str) -> State | None:
    told = (CreditNote.status, CreditNote.number, CreditNote.total)
    return _row(select(*told).filter_by(stripe_credit_note_id=id))


def _told(snapshot: snapshots.Snapshot) -> State:
    card = snapshot.card
    return (
        *(snapshot.status.value, snapshot.quantity, _text(snapshot.current_period_end)),
        *(_text(snapshot.ends_at), card.last4 if card else None),
    )


def _subscription_here(id: str) -> State | None:
    found = session.scalar(select(Subscription).filter_by(stripe_subscription_id=id))
    if found is None:
        return None
    return (
        *(found.status.value, found.quantity, _text(found.current_period_end)),
        *(_text(found.ends_at), found.card_last4),
    )


def _text(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _row(query: Any) -> State | None:
    row = session.execute(query).one_or_none()
    return tuple(row) if row else None


def _sync_page(id: str) -> None:
    if not subscriptions.sync_page(id):
        mirror.sync_checkout(id)


SIDES = [
    Side("checkout", _pages, _page_here, _sync_page),
    Side("payment", _intents, _intent_here, mirror.sync_intent),
    Side("refund", _refunds, _refund_here, refunds.sync),
    Side("dispute", _disputes, _dispute_here, disputes.sync),
    Side("subscription", _subscriptions, _subscription_here, subscriptions.sync_stripe),
    Side("invoice", _invoices, _invoice_here, invoices.sync),
    Side("credit note", _credit_notes, _credit_note_here, invoices.sync_credit_note),
]
