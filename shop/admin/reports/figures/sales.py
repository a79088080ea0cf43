"""What came in, and for what."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import case, func, literal, select, union_all

from shop.admin.reports.figures.days import counted, summed, utc_day, within
from shop.admin.reports.periods import Period
from shop.billing.disputes.models import Dispute
from shop.billing.invoices.models import CreditNote, CreditNoteStatus, Invoice, Source
from shop.billing.models import LedgerEntry
from shop.catalog.models import Product
from shop.checkout.models import CheckoutSession, CheckoutStatus
from shop.db import session
from shop.orders.models import Order, OrderLine

Daily = Mapping[date, int]
ORDERS, SUBSCRIPTIONS, REFUNDS, DISPUTES = "orders", "subscriptions", "refunds", "disputes"
KINDS = (ORDERS, SUBSCRIPTIONS, REFUNDS, DISPUTES)


@dataclass(frozen=True)
class Revenue:
    moves: Mapping[str, Daily]
    """By kind; what went out is negative."""

    @property
    def net(self) -> Daily:
        daily: dict[date, int] = defaultdict(int)
        for moves in self.moves.values():
            for day, amount in moves.items():
                daily[day] += amount
        return daily


def net_revenue(period: Period, currency: str) -> Revenue:
    """Net revenue is the money that came in less what went back, tax included, on the day it moved.

    In: payments of orders, and paid invoices of subscriptions. Out: refunds, what a bank took for a
    dispute (it counts again when the bank brings it back), and credit notes of subscriptions
    written after their invoice was paid. A refund lowers the day it was made, not the day of the
    order. Stripe's own fees are not subtracted.
    """
    parts = (_ledger(period, currency), *_subscriptions(period, currency))
    moves: dict[str, dict[date, int]] = {kind: defaultdict(int) for kind in KINDS}
    for kind, day, amount in session.execute(union_all(*parts)):
        moves[kind][day] += amount
    return Revenue(moves)


def _ledger(period: Period, currency: str) -> Any:
    kind = case(
        (LedgerEntry.kind == "capture", literal(ORDERS)),
        (LedgerEntry.kind == "dispute", literal(DISPUTES)),
        else_=literal(REFUNDS),
    )
    day = utc_day(LedgerEntry.created_at)
    return (
        select(kind.label("kind"), day.label("day"), func.sum(LedgerEntry.amount).label("amount"))
        .where(LedgerEntry.currency == currency, within(LedgerEntry.created_at, period))
        .where(LedgerEntry.kind != "dispute_fee")
        .group_by(kind, day)
    )


def _subscriptions(period: Period, currency: str) -> list[Any]:
    paid, noted, taken = (
        utc_day(column) for column in (Invoice.paid_at, CreditNote.issued_at, Dispute.opened_at)
    )
    return [
        select(literal(SUBSCRIPTIONS), paid, func.sum(Invoice.amount_paid))
        .where(Invoice.source == Source.STRIPE, Invoice.currency == currency)
        .where(within(Invoice.paid_at, period))
        .group_by(paid),
        select(literal(REFUNDS), noted, -func.sum(CreditNote.total))
        .join(Invoice, Invoice.id == CreditNote.invoice_id)
        .where(CreditNote.source == Source.STRIPE, CreditNote.currency == currency)
        .where(CreditNote.status == CreditNoteStatus.ISSUED)
        .where(CreditNote.issued_at >= Invoice.paid_at, within(CreditNote.issued_at, period))
        .group_by(noted),
        select(literal(DISPUTES), taken, -func.sum(Dispute.withdrawn))
        .where(Dispute.subscription_id.is_not(None), Dispute.currency == currency)
        .where(within(Dispute.opened_at, period))
        .group_by(taken),
    ]


@dataclass(frozen=True)
class Orders:
    counts: Daily
    totals: Daily
    """As they were ordered, with tax and delivery."""


def orders(period: Period, currency: str) -> Orders:
    """Orders are those that were paid for the first time in the period, on the day of that payment.

    Orders that were refunded later stay counted; renewals of subscriptions are no orders.
    """
    day = utc_day(Order.paid_at)
    query = select(day, func.count(), func.sum(Order.total)).group_by(day)
    mine = query.where(Order.currency == currency, within(Order.paid_at, period))
    rows = session.execute(mine).all()
    return Orders({row[0]: row[1] for row in rows}, {row[0]: row[2] for row in rows})


def average_order(totals: int, count: int) -> int | None:
    """The average order is the total of these orders, with tax and delivery, by their number.

    It is what was ordered: later refunds do not lower it. None when there was no order.
    """
    return (2 * totals + count) // (2 * count) if count else None


@dataclass(frozen=True)
class Checkouts:
    started: Daily
    paid: Daily


def conversion(period: Period) -> Checkouts:
    """Conversion is the share of checkouts begun in the period that have been paid since.

    A checkout is begun when a cart goes to its first step, once for each cart. It counts on the day
    it was begun, in every currency together. Subscriptions, which begin on Stripe's page, are not
    in it.
    """
    day = utc_day(CheckoutSession.created_at)
    is_paid = CheckoutSession.status == CheckoutStatus.COMPLETED
    query = select(day, func.count(), counted(is_paid)).group_by(day)
    rows = session.execute(query.where(within(CheckoutSession.created_at, period))).all()
    return Checkouts({row[0]: row[1] for row in rows}, {row[0]: row[2] for row in rows})


@dataclass(frozen=True)
class Seller:
    product_id: int
    title: str
    quantity: int
    amount: int


def top_products(period: Period, currency: str, limit: int) -> list[Seller]:
    """Top products are those whose order lines are worth most in the orders paid in the period.

    A line is worth its price times quantity, less its discount, without delivery, and with the tax
    where prices include it. Later refunds and renewals of subscriptions are left out.
    """
    worth = summed(OrderLine.amount - OrderLine.discount).label("worth")
    sold = (
        select(OrderLine.product_id, summed(OrderLine.quantity).label("quantity"), worth)
        .join(Order, Order.id == OrderLine.order_id)
        .where(Order.currency == currency, within(Order.paid_at, period))
        .group_by(OrderLine.product_id)
        .order_by(worth.desc(), OrderLine.product_id)
        .limit(limit)
        .subquery()
    )
    rows = select(sold.c.product_id, Product.title, sold.c.quantity, sold.c.worth)
    found = rows.join(Product, Product.id == sold.c.product_id)
    return [Seller(*row) for row in session.execute(found.order_by(sold.c.worth.desc(), sold.c[0]))]


def currencies(period: Period) -> list[str]:
    """Those that orders were paid in, the most used one first: in the period, then at any time."""
    in_range = counted(within(Order.paid_at, period))
    query = select(Order.currency).where(Order.paid_at.is_not(None)).group_by(Order.currency)
    return list(
        session.scalars(query.order_by(in_range.desc(), func.count().desc(), Order.currency))
    )
