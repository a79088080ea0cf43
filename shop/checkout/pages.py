"""What every page of the checkout shows beside its form: the steps and the slip."""

from typing import Any

from flask import render_template, url_for
from sqlalchemy import select

from shop.cart import summary
from shop.cart.carts import find_cart
from shop.cart.discounts.forms import CodeForm
from shop.cart.models import Cart
from shop.cart.summary import CartView
from shop.checkout import sessions, steps
from shop.checkout.addresses import lines_of
from shop.checkout.models import CheckoutSession, CheckoutStatus
from shop.checkout.quotes import Quote, quote
from shop.db import session
from shop.money import show
from shop.orders.mails import slip_rows
from shop.orders.models import Order


def cart_in_hand() -> Cart:
    """:raises Completed: when the cart is empty because it has just been paid.
    :raises EmptyCart: when it is just empty.
    """
    cart = find_cart()
    if cart is None:
        raise sessions.EmptyCart
    if not cart.lines:
        _tell_completed(cart)
        raise sessions.EmptyCart
    return cart


def _tell_completed(cart: Cart) -> None:
    """Who comes back by the browser's button after paying wants to see the order."""
    query = select(CheckoutSession).where(CheckoutSession.cart_id == cart.id)
    last = session.scalar(query.order_by(CheckoutSession.id.desc()).limit(1))
    if last is not None and last.status is CheckoutStatus.COMPLETED:
        raise sessions.Completed(session.get_one(Order, last.order_id))


def view_of(checkout: CheckoutSession, cart: Cart) -> tuple[CartView, Quote]:
    view = summary.of(cart, email=checkout.email)
    return view, quote(checkout, view)


def render(step: str, checkout: CheckoutSession, now: Quote, **more: Any) -> str:
    progress = [
        (title, url_for("checkout.show_step", step=name), state)
        for title, name, state in steps.progress(step, now)
    ]
    order: Order | None = more.get("order")
    return render_template(
        f"checkout/{step}.html",
        checkout=checkout,
        quote=now,
        progress=progress,
        rows=slip_rows(order) if order and order.total != now.totals.total else now.rows,
        total=("Total", show(order.total, order.currency)) if order else now.total_row,
        address_lines=lines_of,
        **{"code_form": CodeForm(), "step": step, **more},
    )
