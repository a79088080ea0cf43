"""What a buyer hears from us about an order. Each mail has a key, so it is written once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from babel import Locale

from shop import config, events
from shop.billing.models import Refund
from shop.db import session
from shop.mail import outbox
from shop.money import show
from shop.orders import access, invoicing
from shop.orders.models import Order, OrderLine, Shipment


@dataclass(frozen=True)
class SlipLine:
    title: str
    note: str
    quantity: int
    amount_label: str
    download_url: str | None = None
    license_key: str | None = None


def send_received(order: Order) -> None:
    _send(order, "received", f"Order {order.number} received: your bank is confirming the payment")


def send_paid(event: events.OrderPaid) -> None:
    """After the grants are given and the invoice is made: the mail holds their links."""
    order = session.get_one(Order, event.order_id)
    invoice = invoicing.invoice_of(order)
    _send(order, "paid", f"Thank you for order {order.number}", invoice=invoice)


def send_payment_failed(order: Order) -> None:
    _send(order, "payment_failed", f"The payment for order {order.number} did not go through")


def send_refunded(order: Order, refund: Refund) -> bool:
    """False when this refund was told before."""
    amount = show(refund.amount, order.currency)
    return _send(
        order, "refunded", f"{amount} is on its way back to you", str(refund.id), amount=amount
    )


def send_shipped(order: Order, shipment: Shipment) -> bool:
    """Once for each parcel."""
    parcel = [(part.line.title, part.quantity) for part in shipment.lines]
    subject = f"Order {order.number} is on its way"
    return _send(order, "shipped", subject, str(shipment.id), shipment=shipment, parcel=parcel)


def send_waiting(order: Order, lines: Sequence[OrderLine], until: datetime, time: str) -> bool:
    """:param time: names this time, so that a form that is sent twice is one mail."""
    late = [(line.full_title, line.to_send) for line in lines]
    subject = f"Part of order {order.number} comes later"
    return _send(order, "waiting", subject, time, late=late, until=until)


def _send(order: Order, kind: str, subject: str, part: str = "", **more: Any) -> bool:
    base = config.current().base_url
    return outbox.write(
        key=f"order:{order.id}:{kind}" + (f":{part}" if part else ""),
        to=order.email,
        subject=subject,
        template=f"order_{kind}",
        reference=order.number,
        order=order,
        lines=slip_lines(order),
        rows=slip_rows(order),
        total=("Total", show(order.total, order.currency)),
        destination=destination(order),
        order_url=f"{base}/orders/{order.token}",
        invoice_url=f"{base}/orders/{order.token}/invoice",
        **more,
    )


def slip_lines(order: Order) -> list[SlipLine]:
    """The order's lines as a slip shows them."""
    opened = access.of(order) if order.is_paid else {}
    lines = []
    for line in order.lines:
        found = opened.get(line.id, access.LineAccess())
        lines.append(
            SlipLine(
                line.title,
                " / ".join(line.options.values()),
                line.quantity,
                show(line.amount, order.currency),
                found.download_url,
                found.license_key,
            )
        )
    return lines


def slip_rows(order: Order) -> list[tuple[str, str]]:
    rows = [("Subtotal", show(order.subtotal, order.currency))]
    if order.discount:
        rows.append(discount_row(order))
    if order.delivery_name:
        cost = show(order.delivery, order.currency) if order.delivery else "Free"
        rows.append((f"Delivery, {order.delivery_name}", cost))
    tax_label = "Of which VAT" if order.tax_included else "Tax"
    return [*rows, (tax_label, show(order.tax, order.currency))]


def discount_row(order: Order) -> tuple[str, str]:
    label = f"Discount, {order.discount_code}" if order.discount_code else "Discount"
    return (label, show(-order.discount, order.currency))


def destination(order: Order) -> str:
    """Where the parcel goes, in one line; empty when nothing is sent."""
    known = order.shipping_address or {}
    place = f"{known.get('postal_code', '')} {known.get('city', '')}".strip()
    code = known.get("country", "")
    country = Locale("en").territories.get(code, code)
    parts = (
        known.get("name"),
        known.get("line1"),
        known.get("line2"),
        place,
        known.get("region"),
        country,
    )
    return ", ".join(filter(None, parts))
