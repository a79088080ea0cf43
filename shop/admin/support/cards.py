"""Payments by the last four digits of their card."""

from collections.abc import Iterable
from decimal import Decimal

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from shop import money
from shop.admin.support import shapes
from shop.admin.support.matches import MOST, Match
from shop.admin.support.shapes import Card
from shop.billing.invoices.models import Invoice
from shop.billing.models import Payment
from shop.billing.subscriptions.models import Subscription
from shop.db import session
from shop.orders.models import Order


def by_card(text: str) -> Iterable[Match]:
    card = shapes.card(text)
    if card is None:
        return
    yield from _of_orders(card)
    yield from _of_subscriptions(card)


def _of_orders(card: Card) -> Iterable[Match]:
    query = (
        select(Payment.card_brand, Order.number, Order.user_id, Order.email_norm)
        .join(Order, Order.id == Payment.order_id)
        .where(Payment.card_last4 == card.last4)
    )
    if card.days:
        query = query.where(Payment.created_at.between(*card.days))
    if card.amount is not None:
        query = query.where(_is_worth(Payment.amount, Payment.currency, card.amount))
    newest = query.order_by(Payment.created_at.desc()).limit(MOST)
    for brand, number, user_id, email in session.execute(newest):
        reason = f"{_brand(brand)} …{card.last4} paid order {number}"
        yield Match(reason, user_id, email, f"order:{number}")


def _of_subscriptions(card: Card) -> Iterable[Match]:
    """Charged from now on; with a date or an amount, what was charged for one of them."""
    query = select(Subscription.card_brand, Subscription.id, Subscription.user_id)
    query = query.where(Subscription.card_last4 == card.last4)
    if card.days or card.amount is not None:
        query = query.join(Invoice, Invoice.subscription_id == Subscription.id).distinct()
    if card.days:
        query = query.where(Invoice.paid_at.between(*card.days))
    if card.amount is not None:
        query = query.where(_is_worth(Invoice.total, Invoice.currency, card.amount))
    for brand, id, user_id in session.execute(query.order_by(Subscription.id.desc()).limit(MOST)):
        reason = f"{_brand(brand)} …{card.last4} pays a subscription"
        yield Match(reason, user_id, about=f"subscription:{id}")


def _brand(brand: str | None) -> str:
    return (brand or "Card").capitalize()


def _is_worth(
    column: InstrumentedAttribute[int], currency: InstrumentedAttribute[str], amount: Decimal
) -> ColumnElement[bool]:
    """In whatever currency: each has its own number of decimals."""
    odd = {0: money.ZERO_DECIMAL, 3: money.THREE_DECIMAL}
    plain = money.ZERO_DECIMAL | money.THREE_DECIMAL
    fits = [and_(column == int(amount.scaleb(2)), currency.not_in(plain))]
    fits += [
        and_(column == int(amount.scaleb(digits)), currency.in_(codes))
        for digits, codes in odd.items()
        if amount.scaleb(digits) == int(amount.scaleb(digits))
    ]
    return or_(*fits)
