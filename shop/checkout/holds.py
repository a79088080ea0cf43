"""What the payment under way has set aside: to its own cart that is not missing."""

from sqlalchemy import select

from shop.catalog.models import Hold, StockReservation
from shop.checkout.models import CheckoutSession, CheckoutStatus
from shop.db import session
from shop.orders.models import Order


def of_cart(cart_id: int) -> dict[int, int]:
    """Units by variant id."""
    query = (
        select(StockReservation.variant_id, StockReservation.quantity)
        .join(Order, Order.token == StockReservation.holder)
        .join(CheckoutSession, CheckoutSession.order_id == Order.id)
        .where(
            CheckoutSession.cart_id == cart_id,
            CheckoutSession.status == CheckoutStatus.AWAITING_PAYMENT,
            StockReservation.state == Hold.HELD,
        )
    )
    return {row[0]: row[1] for row in session.execute(query)}
