"""Going to pay: the cart is frozen into an order, its stock held, its payment opened. Once.

Two tabs and a double click meet at the lock on the cart; the session's status then says which of
them came first, and the other gets the same payment.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import NoReturn

from sqlalchemy import update

from shop import db, money
from shop.billing import payments
from shop.billing.models import Payment, PaymentStatus, PaymentWay
from shop.cart import changes, summary
from shop.cart.discounts import applying, uses
from shop.cart.discounts.refusals import CodeRefused
from shop.cart.discounts.standing import Standing
from shop.cart.models import Cart
from shop.cart.summary import CartView
from shop.catalog import stock
from shop.checkout import drafting, saving, sessions, steps, tariffs, totals
from shop.checkout.models import CheckoutSession, CheckoutStatus
from shop.checkout.quotes import Quote, quote
from shop.db import session, utcnow
from shop.errors import ShopError
from shop.orders import lifecycle, placing
from shop.orders.models import Order
from shop.orders.orders import latest_payment
from shop.orders.placing import OrderDraft

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


class DiscountEnded(ShopError):
    title = "Your discount code does not hold any more"

    def __init__(self, problem: str) -> None:
        text = f"{problem} Nothing was charged. Continue to pay the new total."
        super().__init__(text, discount=[problem])


class NotForSaleAnyMore(ShopError):
    title = "Something in your cart cannot be bought"

    def __init__(self, notices: list[str]) -> None:
        super().__init__(f"{' '.join(notices)} Nothing was charged.", lines=notices)


class TooMuch(ShopError):
    message = "This is more than can be paid at once. Please split it into several orders."


class TooLittle(ShopError):
    title = "That is too little to pay"

    def __init__(self, currency: str) -> None:
        least = money.show(money.least(currency), currency)
        super().__init__(f"The least that can be paid is {least}. Nothing was charged.")


class UnpayableTotal(ShopError):
    """A price or a delivery has decimals that Stripe does not take in this currency."""

    message = "This total cannot be paid in its currency. Nothing was charged. Please write to us."


class CartChanged(ShopError):
    title = "Your cart has changed"
    message = "What is in your cart is not what this checkout was about. Start it again."


@dataclass(frozen=True)
class Begun:
    """A payment that is open, and what it is for."""

    checkout: CheckoutSession
    """It may be another one than we came with: the other way to pay starts a new session."""
    order: Order
    payment: Payment
    quote: Quote | None = None
    """None when it was begun before: the order knows then what it costs."""


def begin(token: str, way: PaymentWay, *, shown: int | None = None) -> Begun:
    """The session's payment, opened at the first call and the same one ever after.

    :param token: of a session of the cart in hand.
    :param shown: the total that the customer saw, in minor units; another one is refused.
    :raises PriceChanged: nothing was begun; the new prices count as seen from now on.
    :raises DiscountEnded: nothing was begun; the code is taken off the cart.
    :raises stock.OutOfStock: nothing was begun.
    """
    checkout, cart, lines = sessions.lock(token)
    sessions.require_live(checkout)
    if checkout.is_awaiting_payment:
        return _again(checkout, cart, way)
    view = _check_prices(summary.of(cart, lines, checkout.email))
    if view.discount and view.discount.problem:
        _end_discount(cart, view.discount.problem)
    now = quote(checkout, view, tariff=tariffs.read(checkout.country))
    steps.require("payment", checkout, now)
    _check_total(now, shown)
    return _open(checkout, cart, now, way)


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


def _end_discount(cart: Cart, problem: str) -> NoReturn:
    applying.drop(cart)
    db.commit()  # told is told, as of a price: the next try goes on without the code
    raise DiscountEnded(problem)


def _check_total(now: Quote, shown: int | None) -> None:
    total, currency = now.totals.total, now.currency
    if total > totals.MOST:
        raise TooMuch
    if 0 < total < money.least(currency):
        raise TooLittle(currency)
    if total % money.step(currency):
        raise UnpayableTotal
    if shown is not None and shown != total:
        raise TotalChanged


def _open(checkout: CheckoutSession, cart: Cart, now: Quote, way: PaymentWay) -> Begun:
    draft = drafting.draft_order(checkout, cart, now)
    if now.discount:
        _hold_discount(now.discount, draft, cart)
    order = placing.place(draft)
    stock.reserve(order.token, stock.totals((x.variant_id, x.quantity) for x in order.lines))
    due = payments.Due(order.id, order.token, order.total, order.currency)
    payment = payments.open_payment(due, way)
    _freeze(checkout, cart, order, way)
    if not order.total:  # nothing to collect, so there is nothing to ask Stripe
        payment.status = PaymentStatus.SUCCEEDED
        lifecycle.pay(order, payment)
    return Begun(checkout, order, payment, now)


def _hold_discount(discount: Standing, draft: OrderDraft, cart: Cart) -> None:
    """:raises DiscountEnded: when somebody else was faster."""
    customer = uses.Customer(draft.user_id, draft.email)
    try:
        uses.hold(discount.code_id, draft.token, customer, cart.id)
    except CodeRefused as error:
        _end_discount(cart, error.detail)


def _freeze(checkout: CheckoutSession, cart: Cart, order: Order, way: PaymentWay) -> None:
    """:raises Expired: when its time was over a moment ago; nothing was begun."""
    is_frozen = saving.freeze(
        checkout,
        cart_version=cart.version,
        user_id=order.user_id,
        order_id=order.id,
        expires_at=utcnow() + TIME_TO_PAY[way],
    )
    if not is_frozen:
        raise sessions.Expired


def _again(checkout: CheckoutSession, cart: Cart, way: PaymentWay) -> Begun:
    """The payment that is under way; with another one of the two ways, a new session's."""
    if not sessions.is_current(checkout, cart):
        raise CartChanged
    order = session.get_one(Order, checkout.order_id)
    payment = latest_payment(order)
    if payment is not None and payment.way is way:
        extend(checkout, order, way)
        return Begun(checkout, order, payment)
    return begin(sessions.restart(checkout, cart).token, way)


def extend(checkout: CheckoutSession, order: Order, way: PaymentWay) -> None:
    """Every try gives the customer the whole time again, up to a limit: others want it too."""
    session.execute(
        update(CheckoutSession)
        .where(
            CheckoutSession.id == checkout.id,
            CheckoutSession.status == CheckoutStatus.AWAITING_PAYMENT,
        )
        .values(expires_at=min(utcnow() + TIME_TO_PAY[way], order.placed_at + LONGEST_HOLD))
    )
