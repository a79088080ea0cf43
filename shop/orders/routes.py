"""The page of an order: confirmation, receipt and the way to everything it opened."""

from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, render_template
from flask_login import current_user

from shop.accounts.access import required_role
from shop.money import show
from shop.orders import invoicing, mails, timeline
from shop.orders.fulfilment import parcels
from shop.orders.models import Order, PaymentState
from shop.orders.orders import find_order, latest_payment, orders_of

bp = Blueprint("orders", __name__, template_folder="templates")


@dataclass(frozen=True)
class Moment:
    """A timeline entry as the page shows it."""

    at: datetime
    title: str
    note: str | None = None


@dataclass(frozen=True)
class Words:
    """How a state is told: pill, headline, and what happens next."""

    kind: str
    pill: str
    title: str
    text: str


WORDS = {
    PaymentState.PENDING: Words(
        "info", "Confirming", "We are confirming your payment",
        "This takes a few seconds. The page looks again by itself.",
    ),
    PaymentState.PROCESSING: Words(
        "info", "Processing", "Your bank is confirming the payment",
        "That can take a few working days. We write to you as soon as the money is here.",
    ),
    PaymentState.PAID: Words(
        "good", "Paid", "Thank you", "We have your payment.",
    ),
    PaymentState.PARTIALLY_REFUNDED: Words(
        "warn", "Partly refunded", "Part of this order was refunded",
        "Banks need up to ten working days to show the money.",
    ),
    PaymentState.REFUNDED: Words(
        "warn", "Refunded", "This order was refunded",
        "Banks need up to ten working days to show the money.",
    ),
    PaymentState.FAILED: Words(
        "bad", "Declined", "The payment did not go through",
        "Nothing was charged. You can try another card or another way to pay.",
    ),
    PaymentState.CANCELED: Words(
        "bad", "Canceled", "This order was canceled", "Nothing was charged.",
    ),
}  # fmt: skip


@bp.get("/orders/<token>")
def show_order(token: str) -> str:
    """Says what we know; decides nothing."""
    order = find_order(token)
    return render_template(
        "orders/show.html",
        order=order,
        words=WORDS[order.payment_state],
        payment=latest_payment(order),
        lines=mails.slip_lines(order, parcels.swaps_of(order)),
        rows=mails.slip_rows(order),
        total=("Total", show(order.total, order.currency)),
        destination=mails.destination(order),
        invoice=invoicing.invoice_of(order) if order.is_paid else None,
        shipments=parcels.sent_of(order),
        moments=[Moment(e.created_at, e.text) for e in timeline.for_customer(order)],
    )


@bp.get("/account/orders")
@required_role()
def list_orders() -> str:
    orders: list[Order] = list(orders_of(current_user.id))
    return render_template("orders/list.html", orders=orders, words=WORDS)
