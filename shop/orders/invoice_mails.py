"""The way to an invoice, mailed to its buyer when they ask for it."""

from sqlalchemy import select

from shop import config
from shop.billing.invoices.models import Invoice
from shop.db import session, utcnow
from shop.errors import ShopError
from shop.mail import outbox
from shop.money import show
from shop.orders import letters
from shop.orders.models import Order


class NotSendable(ShopError):
    """Nobody is known to send it to, or it was sent a moment ago."""


def send_copy(invoice: Invoice) -> None:
    """:raises NotSendable:"""
    if not invoice.number or not invoice.customer_email:
        raise NotSendable("Only an invoice with a number and an address can be sent.")
    is_new = outbox.write(
        letters.INVOICE_COPY,
        key=f"invoice:{invoice.id}:copy:{utcnow():%Y%m%dT%H%M}",
        to=invoice.customer_email,
        reference=invoice.reference or invoice.number,
        number=invoice.number,
        name=invoice.customer_name or "",
        total=show(invoice.total, invoice.currency),
        link=url_of(invoice),
    )
    if not is_new:
        raise NotSendable("It was sent within this minute.")


def url_of(invoice: Invoice) -> str:
    """Of the page with it that its buyer may open."""
    base = config.current().base_url
    if invoice.order_id:
        token = session.scalar(select(Order.token).where(Order.id == invoice.order_id))
        return f"{base}/orders/{token}/invoice"
    return invoice.hosted_url or f"{base}/account/invoices/{invoice.token}"
