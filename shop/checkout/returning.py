"""Back from paying. What the address says is only compared; Stripe is asked what happened."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_login import current_user
from sqlalchemy import false, select
from werkzeug.wrappers import Response

from shop import db
from shop.billing import mirror
from shop.billing.gateway import words_of_decline
from shop.billing.models import Payment, PaymentStatus
from shop.cart.carts import find_cart
from shop.checkout.drafts.models import Draft
from shop.checkout.models import CheckoutSession
from shop.db import session
from shop.errors import NotFound, Unavailable
from shop.orders.models import Order, PaymentState

bp = Blueprint("returning", __name__)

DECIDED = (PaymentStatus.SUCCEEDED, PaymentStatus.PROCESSING)


@bp.get("/return")
def show_return() -> Response:
    db.will_write()  # the same sync that the webhook does; whoever is first
    payment = _payment_of_this_visitor()
    order_id = payment.order_id
    try:
        payment = mirror.sync(payment.id)
    except Unavailable:
        return _show_order(session.get_one(Order, order_id))  # "still confirming"
    order = session.get_one(Order, order_id, populate_existing=True)
    if order.is_paid or payment.status in DECIDED:
        return _show_order(order)
    if payment.status is PaymentStatus.CANCELED or order.payment_state is PaymentState.CANCELED:
        return redirect(url_for("checkout.returning.show_canceled"), 303)
    return _try_again(payment)


def _payment_of_this_visitor() -> Payment:
    """The newest payment of the cart in hand, or the one that the address names, if it is theirs.

    A customer's also when another cart took the place of the one that was paid: signing in on a
    second device does that.

    :raises NotFound: also when it is somebody else's.
    """
    cart = find_cart()
    is_theirs = CheckoutSession.cart_id == cart.id if cart else false()
    if current_user.is_authenticated:
        is_theirs |= CheckoutSession.user_id == current_user.id
    query = select(Payment).join(CheckoutSession, CheckoutSession.order_id == Payment.order_id)
    for payment in session.scalars(query.where(is_theirs).order_by(Payment.id.desc())):
        if _is_named(payment):
            return payment
    raise NotFound


def _is_named(payment: Payment) -> bool:
    intent_id = request.args.get("payment_intent", payment.stripe_payment_intent_id)
    checkout_id = request.args.get("session_id", payment.stripe_checkout_session_id)
    theirs = (payment.stripe_payment_intent_id, payment.stripe_checkout_session_id)
    return (intent_id, checkout_id) == theirs


def _show_order(order: Order) -> Response:
    return redirect(url_for("orders.show_order", token=order.token), 303)


def _try_again(payment: Payment) -> Response:
    if payment.error_message:
        flash(words_of_decline(payment.error_message, payment.error_code), "bad")
    else:
        flash("The payment is not finished. Nothing was charged.", "warn")
    return redirect(url_for("checkout.show_step", step="payment"), 303)


@bp.get("/again/<token>")
def try_again(token: str) -> Response:
    """From the page of an order whose payment failed: to the draft that it was, or to the cart."""
    mine = select(Draft).join(CheckoutSession, CheckoutSession.cart_id == Draft.cart_id)
    mine = mine.join(Order, Order.id == CheckoutSession.order_id).where(Order.token == token)
    draft = session.scalar(mine)
    if draft is not None:
        return redirect(url_for("draft.show", draft=draft.token), 303)
    return redirect(url_for("checkout.show_step", step="payment"), 303)


@bp.get("/canceled")
def show_canceled() -> str:
    return render_template("checkout/canceled.html")
