"""The steps as pages. A GET writes nothing: the session is made by the first form that is sent."""

from typing import Any

from flask import Blueprint, redirect, request, url_for
from werkzeug.wrappers import Response

from shop.cart.discounts import applying
from shop.cart.discounts.forms import apply_posted
from shop.checkout import payment_pages, returning, sessions, steps
from shop.checkout.drafts import links
from shop.checkout.models import CheckoutSession
from shop.checkout.pages import cart_in_hand, render, view_of
from shop.checkout.quotes import Quote, quote
from shop.checkout.step_forms import form_of
from shop.errors import BadInput

bp = Blueprint("checkout", __name__, url_prefix="/checkout", template_folder="templates")
bp.register_blueprint(payment_pages.bp)
bp.register_blueprint(returning.bp)
links.follow(bp)

Answer = Response | str | tuple[str, int]


@bp.errorhandler(sessions.Completed)
def show_order(error: sessions.Completed) -> Response:
    return redirect(url_for("orders.show_order", token=error.order_token), 303)


@bp.errorhandler(sessions.EmptyCart)
def show_cart(_error: sessions.EmptyCart) -> Response:
    return redirect(links.way_back(), 303)


@bp.errorhandler(steps.StepMissing)
def show_missing_step(error: steps.StepMissing) -> Response:
    return redirect(url_for("checkout.show_step", step=error.next_step), 303)


@bp.get("")
def start() -> Response:
    cart = cart_in_hand()
    checkout = sessions.current(cart)
    _, now = view_of(checkout, cart)
    return _go_on(checkout, now)


@bp.get("/review")
def review() -> Response:
    """The payment page shows everything once more."""
    return redirect(url_for("checkout.show_step", step="payment"), 303)


@bp.get("/<any(contact, address, delivery, payment):step>")
def show_step(step: str) -> Answer:
    return _show(step)


def _show(step: str, **more: Any) -> Answer:
    """:param more: for the page."""
    cart = cart_in_hand()
    checkout = sessions.current(cart)
    view, now = view_of(checkout, cart)
    if missing := steps.first_before(step, checkout, now):
        return redirect(url_for(".show_step", step=missing), 303)
    if step == "payment":
        return payment_pages.show(checkout, now, **more)
    if step == "delivery" and not now.needs_delivery:
        return redirect(url_for(".show_step", step="payment"), 303)
    return render(step, checkout, now, form=form_of(step, checkout, view, now), **more)


@bp.post("/<any(contact, address, delivery):step>")
def save_step(step: str) -> Answer:
    cart = cart_in_hand()
    checkout = sessions.current(cart)
    view, now = view_of(checkout, cart)
    steps.require(step, checkout, now)
    form = form_of(step, checkout, view, now, request.form)
    if not form.validate():
        return render(step, checkout, now, form=form), 422
    checkout = sessions.reopen(cart)
    try:
        form.fill(checkout, view, now)
    except BadInput as error:
        form.show_errors(error)
        return render(step, checkout, now, form=form), 422
    return _go_on(checkout, quote(checkout, view, tariff=now.tariff))


@bp.get("/address/country")
def show_address() -> Response:
    """For who reloads what `change_country` drew."""
    return redirect(url_for(".show_step", step="address"), 303)


@bp.post("/address/country")
def change_country() -> Answer:
    """The address form with another country's fields and all that was typed. Saves nothing."""
    cart = cart_in_hand()
    checkout = sessions.current(cart)
    view, now = view_of(checkout, cart)
    form = form_of("address", checkout, view, now, request.form)
    there = quote(checkout, view, form.country, tariff=now.tariff)
    return render("address", checkout, there, form=form)


@bp.get("/discount")
def show_afresh() -> Response:
    """For who reloads what a refused code drew."""
    return redirect(url_for(".start"), 303)


@bp.post("/discount")
def apply_discount() -> Answer:
    """From beside any step, which is shown again; a payment under way is given up by the next."""
    checkout = sessions.current(cart_in_hand())
    form, status = apply_posted(checkout.email)
    if not form.errors:
        return redirect(url_for(".show_step", step=_step_beside()), 303)
    page = _show(_step_beside(), code_form=form)
    return (page, status) if isinstance(page, str) else page


@bp.post("/discount/removal")
def remove_discount() -> Response:
    applying.remove_code()
    return redirect(url_for(".show_step", step=_step_beside()), 303)


def _step_beside() -> str:
    step = request.form.get("step", "")
    return step if step in steps.NAMES else "payment"


def _go_on(checkout: CheckoutSession, now: Quote) -> Response:
    step = steps.next_step(checkout, now)
    name = step if step in steps.NAMES else "payment"
    return redirect(url_for(".show_step", step=name), 303)
