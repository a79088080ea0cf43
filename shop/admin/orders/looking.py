"""All that there is to know about one order, in few questions."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import defer, joinedload

from shop import leases
from shop.billing.disputes.models import Dispute
from shop.billing.invoices.models import Invoice
from shop.billing.models import Payment, Refund, StripeEvent
from shop.db import session
from shop.downloads.models import Grant
from shop.licenses import sentences
from shop.licenses.models import License
from shop.licenses.sentences import Reader
from shop.mail.models import Mail
from shop.orders.fulfilment.models import LineSwap
from shop.orders.models import Order, OrderLine, RefundLine, Shipment, ShipmentLine, TimelineEntry
from shop.orders.rights import Right


@dataclass(frozen=True)
class Opened:
    """What a line lets its buyer do: files or a license."""

    line: OrderLine
    what: str
    kind: str
    word: str
    sentence: str
    is_open: bool


@dataclass(frozen=True)
class Money:
    """One payment with what came of it."""

    payment: Payment
    refunds: Sequence[Refund]
    disputes: Sequence[Dispute]

    @property
    def stripe_ids(self) -> list[str]:
        """Of all objects that Stripe has of it."""
        mine = self.payment
        ids = [mine.stripe_payment_intent_id, mine.stripe_checkout_session_id]
        ids += [refund.stripe_refund_id for refund in self.refunds]
        ids += [dispute.stripe_dispute_id for dispute in self.disputes]
        return [stripe_id for stripe_id in ids if stripe_id]


def find(number: str) -> Order | None:
    """With its lines, and what was refunded and sent of them, in one question."""
    lines = joinedload(Order.lines)
    query = select(Order).where(Order.number == number)
    query = query.options(
        lines.joinedload(OrderLine.returned_money).joinedload(RefundLine.refund),
        lines.joinedload(OrderLine.parcels).joinedload(ShipmentLine.shipment),
        lines.joinedload(OrderLine.backorder),
        lines.joinedload(OrderLine.swaps).joinedload(LineSwap.refund),
    )
    return session.scalars(query).unique().one_or_none()


def shipments_of(order: Order) -> list[Shipment]:
    """Of the rows that came with the order, in the order they were packed."""
    found = {part.shipment for line in order.lines for part in line.parcels}
    return sorted(found, key=lambda shipment: shipment.id)


def money_of(order: Order) -> tuple[list[Money], Invoice | None]:
    """Payment by payment, in the order they were begun; and what was written about it."""
    query = (
        select(Payment, Dispute, Invoice)
        .outerjoin(Dispute, Dispute.payment_id == Payment.id)
        .outerjoin(Invoice, Invoice.order_id == Payment.order_id)
        .where(Payment.order_id == order.id)
        .options(joinedload(Payment.refunds), joinedload(Invoice.credit_notes))
        .order_by(Payment.attempt, Dispute.id)
    )
    rows: Sequence[Any] = session.execute(query).unique().all()
    found = []
    for payment, group in groupby(rows, key=lambda row: row[0]):
        disputes = [row[1] for row in group if row[1] is not None]
        found.append(Money(payment, payment.refunds, disputes))
    return found, rows[0][2] if rows else None


def opened_by(order: Order) -> list[Opened]:
    query = (
        select(OrderLine, Grant, License)
        .outerjoin(Grant, Grant.order_line_id == OrderLine.id)
        .outerjoin(License, License.order_line_id == OrderLine.id)
        .where(OrderLine.order_id == order.id)
        .options(joinedload(License.policy))
        .order_by(OrderLine.id)
    )
    found = []
    for line, grant, license in session.execute(query).unique():
        if license is not None:
            told, what = sentences.of_license(license, Reader.STAFF), license.last_characters
            found.append(_opened(license, line, f"License …-{what}", told))
        if grant is not None:
            told = sentences.of_grant(grant, Reader.STAFF)
            found.append(_opened(grant, line, f"Files, {grant.used} times downloaded", told))
    return found


def _opened(right: Right, line: OrderLine, what: str, told: sentences.Told) -> Opened:
    kind, word = told.pill
    return Opened(line, what, kind, word, " ".join(told.sentences), right.ended_at is None)


def mails_of(order: Order) -> Sequence[Mail]:
    """Newest first."""
    query = select(Mail).where(Mail.reference == order.number).order_by(Mail.id.desc())
    return session.scalars(query.options(defer(Mail.text), defer(Mail.html))).all()


def entries_of(order: Order) -> Sequence[TimelineEntry]:
    """Newest first."""
    query = select(TimelineEntry).where(TimelineEntry.order_id == order.id)
    return session.scalars(query.order_by(TimelineEntry.id.desc())).all()


def dead_events_of(money: Sequence[Money]) -> Sequence[StripeEvent]:
    """What Stripe told about this order and no try could handle."""
    ids = [stripe_id for one in money for stripe_id in one.stripe_ids]
    if not ids:
        return []
    query = select(StripeEvent).where(
        StripeEvent.object_id.in_(ids), StripeEvent.state == leases.State.DEAD
    )
    return session.scalars(query.order_by(StripeEvent.id)).all()
