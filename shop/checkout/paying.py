"""Going to pay: the cart is frozen into an order, its stock held, its payment opened. Once.

Two tabs and a double click meet at the lock on the cart; the session's status then says which of
them came first, and the other gets the same payment.
"""

from datetime import timedelta
from typing import Any, cast

from sqlalchemy import CursorResult, update

from shop import db
from shop.billing import payments
from shop.billing.models import Payment, PaymentStatus, PaymentWay
from shop.cart import changes, summary
from shop.cart.models import Cart
from shop.cart.summary import CartView
from shop.catalog import stock
from shop.checkout import drafting, sessions, steps, totals
from shop.checkout.models import CheckoutSession, CheckoutStatus
from shop.checkout.quotes import Quote, quote
from shop.db import session, utcnow
from shop.errors import ShopError
from shop.orders import lifecycle, placing
from shop.orders.models import Order
from shop.orders.orders import latest_payment

TIME_TO_PAY = {PaymentWay.ELEMENT: timedelta(minutes=10), PaymentWay.HOSTED: timedelta(minutes=30)}
LONGEST_HOLD = timedelta(hours=1)


class PriceChanged(ShopError):
    title = "A price has changed"

    def __init__(self, notices: list[str]) -> None:
        text = f"{' '.join(notices)} Nothing was charged. Continue to pay the new total."
        super().__init__(text, prices=notices)


class TotalChanged(ShopError):
    title = "The total has changed"
    message = "The total is not the one you saw. Nothing was charged. Please look again."


class NotForSaleAnyMore(ShopError):
    title = "Something in your cart cannot be bought"

    def __init__(self, notices: list[str]) -> None:
        super().__init__(f"{' '.join(notices)} Nothing was charged.", lines=notices)


class TooMuch(ShopError):
    message = "This is more than can be paid at once. Please split it into several orders."


class CartChanged(ShopError):
    title = "Your cart has changed"
    message = "What is in your cart is not what this checkout was about. Start it again."


def begin(checkout: CheckoutSession, way: PaymentWay, *, shown: int | None = None) -> Payment:
    """The session's payment, opened at the first call and the same one ever after.

    :param shown: the total that the customer saw, in minor units; another one is refused.
    :raises PriceChanged: nothing was begun; the new prices count as seen from now on.
    :raises stock.OutOfStock: nothing was begun.
    """
    cart = sessions.lock_cart(checkout)
    if cart is None:
        raise CartChanged
    session.refresh(checkout)
    sessions.require_live(checkout)
    if checkout.is_awaiting_payment:
        return _again(checkout, cart, way)
    view = _check_prices(summary.of(cart))
    now = quote(checkout, view)
    steps.require("payment", checkout, now)
    _check_total(now, shown)
    if not _freeze(checkout, cart, way):
        session.refresh(checkout)
        return _again(checkout, cart, way)
    return _open(checkout, now, way)


def _check_prices(view: CartView) -> CartView:
    if not view.lines:
        raise sessions.EmptyCart
    if view.has_problems:
        raise NotForSaleAnyMore(view.notices)
    if view.has_changes:
        changes.accept()
        db.commit()  # told is told: the next try goes on with the new prices
        raise PriceChanged(view.notices)
    return view


def _check_total(now: Quote, shown: int | None) -> None:
    if now.totals.total > totals.MOST:
        raise TooMuch
    if shown is not None and shown != now.totals.total:
        raise TotalChanged


def _freeze(checkout: CheckoutSession, cart: Cart, way: PaymentWay) -> bool:
    """Whether we are the one who starts the payment."""
    statement = update(CheckoutSession).where(
        CheckoutSession.id == checkout.id, CheckoutSession.status == CheckoutStatus.OPEN
    )
    result = session.execute(
        statement.values(
            status=CheckoutStatus.AWAITING_PAYMENT,
            cart_version=cart.version,
            user_id=cart.user_id,
            expires_at=utcnow() + TIME_TO_PAY[way],
        )
    )
    return bool(cast("CursorResult[Any]", result).rowcount)


def _open(checkout: CheckoutSession, now: Quote, way: PaymentWay) -> Payment:
    order = placing.place(drafting.draft_order(checkout, now))
    stock.reserve(order.token, stock.totals((x.variant_id, x.quantity) for x in order.lines))
    checkout.order_id = order.id
    payment = payments.open_payment(
        order_id=order.id,
        reference=order.token,
        way=way,
        amount=order.total,
        currency=order.currency,
    )
    if not order.total:  # nothing to collect, so there is nothing to ask Stripe
        payment.status = PaymentStatus.SUCCEEDED
        lifecycle.pay(order, payment)
    return payment


def _again(checkout: CheckoutSession, cart: Cart, way: PaymentWay) -> Payment:
    """The payment that is under way; with another one of the two ways, a new session's."""
    if not sessions.is_current(checkout, cart):
        raise CartChanged
    payment = latest_payment(session.get_one(Order, checkout.order_id))
    if payment is not None and payment.way is way:
        extend(checkout, way)
        return payment
    return begin(sessions.restart(checkout, cart), way)


def extend(checkout: CheckoutSession, way: PaymentWay) -> None:
    """Every try gives the customer the whole time again, up to a limit: others want it too."""
    placed_at = session.get_one(Order, checkout.order_id).placed_at
    session.execute(
        update(CheckoutSession)
        .where(
            CheckoutSession.id == checkout.id,
            CheckoutSession.status == CheckoutStatus.AWAITING_PAYMENT,
        )
        .values(expires_at=min(utcnow() + TIME_TO_PAY[way], placed_at + LONGEST_HOLD))
    )
