from decimal import Decimal, InvalidOperation

import click
from sqlalchemy import select

from shop import money
from shop.billing import refunds
from shop.billing.models import Payment
from shop.db import session
from shop.errors import ShopError
from shop.orders import invoicing
from shop.orders.models import Order
from shop.orders.orders import latest_payment


@click.group("orders")
def order_commands() -> None:
    """Orders and their money."""


@order_commands.command("refund")
@click.argument("number")
@click.option("--amount", help="Such as 12.50; the default is all that is left.")
@click.option("--reason", default="requested by customer", show_default=True)
def refund(number: str, amount: str | None, reason: str) -> None:
    """Give money back for the order NUMBER; what it opened ends when nothing is left of it."""
    order = session.scalar(select(Order).where(Order.number == number))
    payment = latest_payment(order) if order else None
    if order is None or payment is None:
        raise click.ClickException(f"There is no order {number} with a payment.")
    try:
        minor = _minor_units(amount, payment)
        refunds.request(payment, minor, reason)
    except (ShopError, ValueError) as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"{money.show(minor, payment.currency)} will be returned.")


@order_commands.command("issue-invoices")
def issue_invoices() -> None:
    """Invoices and credit notes for orders of the time before there were any."""
    orders = invoicing.without_invoice()
    for order in orders:
        invoicing.catch_up(order)
    click.echo(f"{len(orders)} invoices issued.")


def _minor_units(amount: str | None, payment: Payment) -> int:
    if amount is None:
        return payment.received - payment.refunded
    try:
        return money.to_minor(Decimal(amount), payment.currency)
    except InvalidOperation:
        raise ValueError(f"{amount} is not an amount") from None


commands = [order_commands]
