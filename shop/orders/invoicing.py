"""An order's invoice and credit notes follow its money."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import select, update

from shop import events, money
from shop.billing.disputes import standing
from shop.billing.disputes.models import Dispute, Stage
from shop.billing.invoices import issuing
from shop.billing.invoices.issuing import Sale
from shop.billing.invoices.models import CreditNote, Invoice
from shop.billing.models import NO_MONEY, Payment, PaymentStatus, Refund
from shop.db import session
from shop.orders.models import MONEY_IN, Fulfilment, Order, OrderLine


def follow_payment(event: events.OrderPaid) -> None:
    issue(session.get_one(Order, event.order_id))


def issue(order: Order) -> None:
    """One for each order that somebody paid something for."""
    if order.total == 0 or order.paid_at is None:
        return
    issuing.issue(
        Sale(
            order_id=order.id,
            reference=order.number,
            user_id=order.user_id,
            stripe_payment_intent_id=_intent_of(order),
            paid_at=order.paid_at,
            currency=order.currency,
            tax=order.tax,
            tax_included=order.tax_included,
            total=order.total,
            lines=_lines(order),
            email=order.email,
            name=order.billing_address.get("name") or order.name,
            address={key: text for key, text in order.billing_address.items() if key != "name"},
        )
    )


def invoice_of(order: Order) -> Invoice | None:
    return session.scalar(select(Invoice).filter_by(order_id=order.id))


def follow_refund(event: events.RefundChanged) -> None:
    """After the order: what it keeps less than its total is what credit notes add up to.

    Money that came in by mistake and went back again was never on the invoice.
    """
    refund = session.get_one(Refund, event.refund_id)
    order = session.get_one(Order, refund.payment.order_id)
    if order.payment_state in MONEY_IN and (invoice := invoice_of(order)):
        _credit(order, invoice, refund)


def follow_dispute(event: events.DisputeChanged) -> None:
    """What a bank has taken back for good is not kept either."""
    dispute = session.get_one(Dispute, event.dispute_id)
    if dispute.payment is None:
        return
    order = session.get_one(Order, dispute.payment.order_id)
    if order.payment_state in MONEY_IN and (invoice := invoice_of(order)):
        if dispute.stage is not Stage.LOST:
            _void(invoice, CreditNote.dispute_id.key, dispute.id)
        _credit_rest(order, invoice, dispute)


def _credit(order: Order, invoice: Invoice, refund: Refund) -> None:
    if refund.status in NO_MONEY:
        _void(invoice, CreditNote.refund_id.key, refund.id)
    _credit_rest(order, invoice, refund)


def _void(invoice: Invoice, cause: str, cause_id: int) -> None:
    for note in invoice.credit_notes:
        if getattr(note, cause) == cause_id and note.is_valid:
            issuing.void(note)


def _credit_rest(order: Order, invoice: Invoice, cause: Refund | Dispute) -> None:
    kept = order.paid - order.refunded - standing.lost_of_order(order.id)
    due = min(order.total, order.total - kept) - invoice.credited
    if due > 0:
        issuing.credit(invoice, cause, due)


def adopt(event: events.AddressVerified) -> None:
    """After the orders: the invoices of those that are now this customer's."""
    theirs = select(Order.id).filter_by(user_id=event.user_id)
    orphans = update(Invoice).where(Invoice.user_id.is_(None), Invoice.order_id.in_(theirs))
    session.execute(orphans.values(user_id=event.user_id))


def without_invoice() -> Sequence[Order]:
    """Of the time before there were invoices, in the order they were paid."""
    query = (
        select(Order)
        .join(Fulfilment, Fulfilment.order_id == Order.id)
        .outerjoin(Invoice, Invoice.order_id == Order.id)
        .where(Invoice.id.is_(None), Order.total > 0)
    )
    return session.scalars(query.order_by(Order.paid_at)).all()


def catch_up(order: Order) -> None:
    """The invoice that the order would have, and its credit notes."""
    issue(order)
    payments = select(Payment.id).filter_by(order_id=order.id)
    query = select(Refund.id).where(Refund.payment_id.in_(payments)).order_by(Refund.id)
    for refund_id in session.scalars(query).all():
        follow_refund(events.RefundChanged(refund_id))
    for dispute_id in session.scalars(select(Dispute.id).where(Dispute.payment_id.in_(payments))):
        follow_dispute(events.DisputeChanged(dispute_id))


def _intent_of(order: Order) -> str | None:
    paid = select(Payment.stripe_payment_intent_id).where(
        Payment.order_id == order.id, Payment.status == PaymentStatus.SUCCEEDED
    )
    return session.scalar(paid.order_by(Payment.attempt).limit(1))


def _lines(order: Order) -> list[dict[str, Any]]:
    lines = [_line(line) for line in order.lines]
    if order.delivery:
        tax = order.tax - sum(line.tax for line in order.lines)
        rates = {line.tax_rate for line in order.lines}
        lines.append(
            {
                "description": f"Delivery ({order.delivery_name})",
                "quantity": 1,
                "unit_amount": order.delivery,
                "amount": order.delivery,
                "tax_rate": _rate(order, tax, rates),
                "tax": tax,
            }
        )
    return [*lines, *_discounts(order)]


def _discounts(order: Order) -> list[dict[str, Any]]:
    """One for each tax rate; the lines' taxes are those of the reduced amounts already."""
    off: Counter[int] = Counter()
    for line in order.lines:
        off[line.tax_rate] += line.discount
    label = f"Discount {order.discount_code}".strip()
    return [
        {"description": label, "quantity": 1, "amount": -amount, "tax_rate": rate, "tax": 0}
        for rate, amount in sorted(off.items(), reverse=True)
        if amount
    ]


def _line(line: OrderLine) -> dict[str, Any]:
    return {
        "description": line.title,
        "note": " / ".join(line.options.values()),
        "quantity": line.quantity,
        "unit_amount": line.unit_amount,
        "amount": line.amount,
        "tax_rate": line.tax_rate,
        "tax": line.tax,
    }


def _rate(order: Order, tax: int, rates: Iterable[int]) -> int | None:
    """The rate of the delivery, which orders do not keep: the one that gives its tax."""
    included = order.tax_included
    step = 1 if included else money.step(order.currency)
    for rate in sorted(rates, reverse=True):
        if money.share(order.delivery, rate, included=included, step=step) == tax:
            return rate
    return None
