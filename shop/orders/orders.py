"""Finding orders: by a token nobody can guess, or by being the customer."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from shop.billing.models import Payment
from shop.db import session
from shop.errors import NotFound
from shop.orders.models import Order, PaymentState


def find_order(token: str) -> Order:
    """The order with its lines.

    :raises NotFound: when no order has this token.
    """
    query = select(Order).where(Order.token == token).options(selectinload(Order.lines))
    order = session.scalar(query)
    if order is None:
        raise NotFound
    return order


def orders_of(user_id: int, limit: int = 100) -> Sequence[Order]:
    """The customer's orders that were paid or are being paid, newest first."""
    seen = Order.payment_state.not_in([PaymentState.PENDING, PaymentState.CANCELED])
    query = select(Order).where(Order.user_id == user_id, seen).order_by(Order.placed_at.desc())
    return session.scalars(query.options(selectinload(Order.lines)).limit(limit)).all()


def latest_payment(order: Order) -> Payment | None:
    query = select(Payment).where(Payment.order_id == order.id)
    return session.scalar(query.order_by(Payment.attempt.desc()).limit(1))
