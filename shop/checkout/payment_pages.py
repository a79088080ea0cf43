"""The payment page: everything once more, then the card form here or Stripe's own page."""

from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from shop import config, db, headers
from shop.billing import payments
from shop.billing.models import Payment, PaymentWay
from shop.catalog.stock import OutOfStock
from shop.checkout import hosted, paying, sessions
from shop.checkout.drafts import links
from shop.checkout.models import CheckoutSession
from shop.checkout.pages import cart_in_hand, render
from shop.checkout.paying import Begun
from shop.checkout.quotes import Quote
from shop.db import session
from shop.errors import ShopError, Unavailable
from shop.orders.models import Order
from shop.orders.orders import latest_payment

bp = Blueprint("payment", __name__, url_prefix="/payment")

STRIPE_SCRIPT = "https://js.stripe.com/endive/stripe.js"

Answer = Response | str | tuple[str, int]


@bp.errorhandler(paying.PriceChanged)
@bp.errorhandler(paying.DiscountEnded)
@bp.errorhandler(paying.TotalChanged)
@bp.errorhandler(paying.CartChanged)
def show_again(error: ShopError) -> Response:
    flash(error.detail, "warn")
    return redirect(_payment_page(), 303)


@bp.errorhandler(paying.NotForSaleAnyMore)
@bp.errorhandler(OutOfStock)
def show_cart(error: ShopError) -> Response:
    db.rollback()  # a redirect is a success to `end_request`
    flash(error.detail, "warn")
    return redirect(links.way_back(), 303)


def show(checkout: CheckoutSession, now: Quote, **more: Any) -> Answer:
    """Before payment has started the choice of ways; afterwards the way that was chosen.

    :param more: for the page.
    """
    if not checkout.is_awaiting_payment:
        return render("payment", checkout, now, way=None, **more)
    order = session.get_one(Order, checkout.order_id)
    payment = latest_payment(order)
    if payment is None or payment.status in payments.SETTLED:
        return redirect(url_for("checkout.returning.show_return"), 303)
    if payment.way is PaymentWay.HOSTED:
        return render("payment", checkout, now, way="hosted", order=order, **more)
    return _show_card_form(checkout, now, order, payment, **more)


def _show_card_form(
    checkout: CheckoutSession, now: Quote, order: Order, payment: Payment, **more: Any
) -> Answer:
    db.will_write()  # the PaymentIntent is made here if the answer to the first try was lost
    try:
        element = payments.start_element(payment)
    except Unavailable as error:
        return render("payment", checkout, now, way="unavailable", error=error.detail, **more), 503
    if element.status in payments.SETTLED:
        return redirect(url_for("checkout.returning.show_return"), 303)
    headers.allow_stripe()
    more |= {"order": order, "element": element, "stripe_js": _script()}
    return render("payment", checkout, now, way="element", **more)


def _script() -> str:
    """Stripe's script is never copied: it comes from the machine that takes the card."""
    settings = config.current()
    if settings.is_real_stripe:
        return STRIPE_SCRIPT
    return f"{settings.stripe_api_base}/endive/stripe.js"


@bp.post("")
def create() -> Response:
    """Pay by card here: freeze the cart, hold the stock, make the PaymentIntent."""
    begun = _begin(PaymentWay.ELEMENT)
    if begun.payment.amount:
        payments.start_element(begun.payment)
        return redirect(_payment_page(), 303)
    return redirect(url_for("checkout.returning.show_return"), 303)


@bp.post("/hosted")
def create_hosted() -> Response:
    """Pay on Stripe's page, which needs no script here."""
    begun = _begin(PaymentWay.HOSTED)
    if begun.payment.amount:
        return redirect(hosted.start(begun.order, begun.payment), 303)
    return redirect(url_for("checkout.returning.show_return"), 303)


def _begin(way: PaymentWay) -> Begun:
    cart = cart_in_hand()
    checkout, _ = sessions.create_or_get(cart, sessions.find_unfinished(cart))
    shown = request.form.get("shown", type=int)
    return paying.begin(checkout.token, way, shown=shown)


def _payment_page() -> str:
    return url_for("checkout.show_step", step="payment")
