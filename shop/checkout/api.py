"""The checkout over JSON, step by step. A client names things; what they cost, we say."""

from typing import Annotated

from flask import Blueprint, url_for
from pydantic import Field, StringConstraints

from shop import api, config, db
from shop.billing import payments
from shop.billing.gateway import Declined
from shop.billing.models import PaymentWay
from shop.cart import summary
from shop.cart.models import Cart
from shop.cart.summary import CartView
from shop.checkout import filling, paying, sessions, steps
from shop.checkout.api_shapes import CheckoutSessionOut, checkout_out, payment_out
from shop.checkout.models import CheckoutSession, CheckoutStatus
from shop.checkout.paying import Begun
from shop.checkout.quotes import Quote, quote
from shop.db import session
from shop.errors import BadInput, NotFound
from shop.orders.models import Order
from shop.orders.orders import latest_payment

bp = Blueprint("checkout_api", __name__, url_prefix="/api/checkout-sessions")

Text = Annotated[str, StringConstraints(max_length=500)]
PaymentMethod = Annotated[str, StringConstraints(pattern=r"^pm_[A-Za-z0-9_]{1,200}$")]
ConfirmationToken = Annotated[str, StringConstraints(pattern=r"^ctoken_[A-Za-z0-9_]{1,200}$")]


class NewSession(api.Input):
    cart_id: str | None = None
    """The cart in hand, if given; there is no other one."""


class Contact(api.Input):
    email: Text
    name: Text


class Address(api.Input):
    name: Text = ""
    line1: Text = ""
    line2: Text = ""
    postal_code: Text = ""
    city: Text = ""
    region: Text = ""
    country: Text


class Addresses(api.Input):
    billing: Address
    shipping: Address | None = None


class Delivery(api.Input):
    method_id: int = Field(ge=1, le=2**31 - 1)


class PaymentInput(api.Input):
    payment_method: PaymentMethod | None = None


class Confirm(api.Input):
    payment_method: PaymentMethod | None = None
    confirmation_token: ConfirmationToken | None = None


@bp.post("")
@api.endpoint(tag="Checkout", body=NewSession, returns=CheckoutSessionOut, status=(201, 200))
def create_session(body: NewSession) -> tuple[CheckoutSessionOut, int]:
    """Start checking out the cart, or go on where it was left.

    201 with a new session; 200 with the one that this cart has already. A cart that changed after
    payment started gets a new session, and the old payment is canceled.
    """
    found = sessions.find_with_lines()
    if found is None:
        raise sessions.EmptyCart
    cart, last, lines = found
    if body.cart_id not in {None, cart.token}:
        raise NotFound
    if not lines:
        raise sessions.EmptyCart
    checkout, is_new = sessions.create_or_get(cart, last)
    view = summary.of(cart, lines, checkout.email)
    return _answer(checkout, quote(checkout, view)), 201 if is_new else 200


@bp.get("/<token>")
@api.endpoint(tag="Checkout", returns=CheckoutSessionOut)
def show_session(token: str) -> CheckoutSessionOut:
    """A session of the cart in hand; `next_step` says what it lacks."""
    checkout = sessions.load(token)
    if not checkout.is_awaiting_payment:
        return _answer(checkout)
    db.will_write()
    return _with_element(_begun(sessions.load(token)))


@bp.put("/<token>/contact")
@api.endpoint(tag="Checkout", body=Contact, returns=CheckoutSessionOut)
def update_contact(token: str, body: Contact) -> CheckoutSessionOut:
    """Who buys: an e-mail address for receipt, links and keys, and a name."""
    checkout, _, now = _open_session(token, "contact")
    filling.fill_contact(checkout, email=body.email, name=body.name)
    return checkout_out(checkout, now)


@bp.put("/<token>/address")
@api.endpoint(tag="Checkout", body=Addresses, returns=CheckoutSessionOut)
def update_address(token: str, body: Addresses) -> CheckoutSessionOut:
    """Where the invoice and the parcel go; one address stands for both when `shipping` is null."""
    checkout, cart, now = _open_session(token, "address")
    filling.fill_address(
        checkout,
        cart,
        now.tariff,
        billing=body.billing.model_dump(),
        shipping=body.shipping.model_dump() if body.shipping else None,
    )
    return checkout_out(checkout, quote(checkout, cart, tariff=now.tariff))


@bp.put("/<token>/delivery")
@api.endpoint(tag="Checkout", body=Delivery, returns=CheckoutSessionOut)
def update_delivery(token: str, body: Delivery) -> CheckoutSessionOut:
    """One of `delivery_options`."""
    checkout, cart, now = _open_session(token, "delivery")
    filling.fill_delivery(checkout, now, body.method_id)
    return checkout_out(checkout, quote(checkout, cart, tariff=now.tariff))


@bp.put("/<token>/payment")
@api.endpoint(tag="Checkout", body=PaymentInput, returns=CheckoutSessionOut)
def update_payment(token: str, body: PaymentInput) -> CheckoutSessionOut:
    """Go to pay: freezes the cart into an order and answers with the `client_secret`.

    Confirm in the browser with Stripe.js, or name a payment method and confirm by our server. It
    may be repeated: there is one payment.
    """
    begun = paying.begin(token, PaymentWay.ELEMENT)
    if body.payment_method:
        begun.checkout.payment_method = body.payment_method
    return _with_element(begun)


@bp.post("/<token>/confirm")
@api.endpoint(tag="Checkout", body=Confirm, returns=CheckoutSessionOut)
def confirm(token: str, body: Confirm) -> CheckoutSessionOut:
    """Charge what was chosen; repeating it charges nothing twice.

    402 with the bank's words when it said no. `payment.redirect_url` leads to the bank when it
    wants to see the customer.
    """
    checkout = sessions.load(token)
    if checkout.status is CheckoutStatus.COMPLETED:
        return _answer(checkout)
    sessions.require_live(checkout)
    if not checkout.is_awaiting_payment:
        raise steps.StepMissing(steps.next_step(checkout, _quote(checkout)) or "payment")
    chosen = _chosen(checkout, body)
    begun = paying.begin(token, PaymentWay.ELEMENT)
    if not begun.payment.stripe_payment_intent_id:
        payments.start_element(begun.payment)
    try:
        outcome = payments.confirm(begun.payment, return_url=_return_url(), **chosen)
    except Declined:
        db.commit()  # that the bank said no is worth keeping, though the answer is an error
        raise
    paid_for = sessions.load(begun.checkout.token)
    return _with_element(_begun(paid_for), redirect_url=outcome.redirect_url)


def _chosen(checkout: CheckoutSession, body: Confirm) -> dict[str, str]:
    if body.confirmation_token:
        return {"confirmation_token": body.confirmation_token}
    if method := body.payment_method or checkout.payment_method:
        return {"payment_method": method}
    needed = "Name a payment method or a confirmation token."
    raise BadInput(needed, payment_method=[needed])


def _open_session(token: str, step: str) -> tuple[CheckoutSession, CartView, Quote]:
    """The session, the cart it is about, and what that costs before the step."""
    checkout, lines = sessions.load_with_lines(token)
    sessions.require_open(checkout)
    cart = summary.of(_cart_of(checkout), lines, checkout.email)
    now = quote(checkout, cart)
    steps.require(step, checkout, now)
    return checkout, cart, now


def _answer(checkout: CheckoutSession, now: Quote | None = None) -> CheckoutSessionOut:
    """As it stands here; Stripe is not asked."""
    now = now or _quote(checkout)
    if checkout.order_id is None:
        return checkout_out(checkout, now)
    begun = _begun(checkout)
    return checkout_out(checkout, now, begun.order, begun.payment)


def _with_element(begun: Begun, redirect_url: str | None = None) -> CheckoutSessionOut:
    """With what Stripe.js needs, while there is something to pay.

    Written down before Stripe is asked: that ends the transaction, and forgets what was read in it.
    """
    checkout, payment = begun.checkout, begun.payment
    if not checkout.is_awaiting_payment or payment.way is not PaymentWay.ELEMENT:
        return _answer(checkout)
    answer = checkout_out(checkout, begun.quote or _quote(checkout), begun.order, payment)
    answer.payment = payment_out(payments.start_element(payment), redirect_url)
    return answer


def _begun(checkout: CheckoutSession) -> Begun:
    order = session.get_one(Order, checkout.order_id)
    payment = latest_payment(order)
    if payment is None:
        raise NotFound
    return Begun(checkout, order, payment)


def _cart_of(checkout: CheckoutSession) -> Cart:
    if checkout.cart is None:
        raise NotFound
    return checkout.cart


def _quote(checkout: CheckoutSession) -> Quote:
    return quote(checkout, summary.of(_cart_of(checkout), email=checkout.email))


def _return_url() -> str:
    return config.current().base_url + url_for("checkout.returning.show_return")
