"""An order's lines as Stripe's own page shows them; they add up to the order's total."""

from flask import url_for

from shop import config
from shop.billing import payments
from shop.billing.hosted_page import HostedLine, HostedPage
from shop.billing.models import Payment
from shop.orders.models import Order, OrderLine


def start(order: Order, payment: Payment) -> str:
    """The address of Stripe's page for this payment; commits."""
    base = config.current().base_url
    back = base + url_for("checkout.returning.show_return")
    page = HostedPage(
        lines_of(order),
        email=order.email,
        success_url=f"{back}?session_id={{CHECKOUT_SESSION_ID}}",
        cancel_url=base + url_for("checkout.returning.show_canceled"),
    )
    return payments.start_hosted(payment, page)


def lines_of(order: Order) -> list[HostedLine]:
    lines = [_line_of(line, order.discount_code) for line in order.lines]
    if order.delivery:
        lines.append(HostedLine(f"Delivery, {order.delivery_name}", 1, order.delivery))
    if order.tax and not order.tax_included:
        lines.append(HostedLine("Tax", 1, order.tax))
    return lines


def _line_of(line: OrderLine, code: str) -> HostedLine:
    """With a discount as one piece: what is left of a line need not be a multiple of its units."""
    if not line.discount:
        return HostedLine(line.title, line.quantity, line.unit_amount)
    count = f"{line.quantity} of " if line.quantity > 1 else ""
    return HostedLine(f"{count}{line.title}, with {code}", 1, line.amount - line.discount)
