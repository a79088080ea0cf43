"""The session follows its order: to the end that the order came to, once."""

from sqlalchemy import select, update

from shop import events
from shop.cart.models import Cart
from shop.catalog import stock
from shop.checkout.models import CheckoutSession, CheckoutStatus
from shop.db import session, utcnow
from shop.orders.models import Order


def complete(event: events.OrderPaid) -> None:
    """Whatever it was before, its money is here; what was bought leaves the cart."""
    mine = CheckoutSession.order_id == event.order_id
    checkout = session.scalar(select(CheckoutSession).where(mine))
    if checkout is None:
        return
    cart = _lock(checkout)
    unfinished = CheckoutSession.status != CheckoutStatus.COMPLETED
    completed = update(CheckoutSession).where(mine, unfinished)
    done = completed.values(status=CheckoutStatus.COMPLETED).returning(CheckoutSession.id)
    if session.scalar(done) is not None and cart is not None:
        _take_out(cart, session.get_one(Order, event.order_id))


def _lock(checkout: CheckoutSession) -> Cart | None:
    """The cart as it is now. Carts are locked before sessions, always."""
    query = select(Cart).where(Cart.id == checkout.cart_id).with_for_update()
    return session.scalar(query, execution_options={"populate_existing": True})


def _take_out(cart: Cart, order: Order) -> None:
    """Leave what the customer added after going to pay.

    Counted by variant: the order has the price of that moment, the line maybe an older one.
    """
    cart.version += 1
    if order.discount_code:
        cart.discount_code_id = None
    bought = stock.totals((line.variant_id, line.quantity) for line in order.lines)
    for line in list(cart.lines):
        variant_id = line.price.variant_id
        taken = min(line.quantity, bought.get(variant_id, 0))
        bought[variant_id] = bought.get(variant_id, 0) - taken
        if taken == line.quantity:
            cart.lines.remove(line)
        else:
            line.quantity -= taken


def give_up(event: events.OrderCanceled) -> None:
    """Expired when its time was over, else canceled."""
    checkout = session.scalar(
        update(CheckoutSession)
        .where(
            CheckoutSession.order_id == event.order_id,
            CheckoutSession.status == CheckoutStatus.AWAITING_PAYMENT,
        )
        .values(status=CheckoutStatus.CANCELED)
        .returning(CheckoutSession)
    )
    if checkout is not None and checkout.expires_at <= utcnow():
        checkout.status = CheckoutStatus.EXPIRED
