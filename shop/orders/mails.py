"""What a buyer hears from us about an order. Each mail has a key, so it is written once."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType

from babel import Locale

from shop import config, events
from shop.billing.models import Refund
from shop.db import session
from shop.mail import outbox
from shop.mail.blocks import Block, Button, Code, Items, Slip
from shop.mail.kinds import Kind, Value
from shop.money import show
from shop.orders import access, invoicing, letters
from shop.orders.fulfilment.models import LineSwap
from shop.orders.letters import SlipLine
from shop.orders.models import Order, OrderLine, Shipment
from shop.web import show_date

NO_SWAPS: Mapping[int, LineSwap] = MappingProxyType({})


def send_received(order: Order) -> None:
    _send(letters.RECEIVED, order, goods=goods(order), order_link=url_of(order))


def send_paid(event: events.OrderPaid) -> None:
    """After the grants are given and the invoice is made: the mail holds their links."""
    order = session.get_one(Order, event.order_id)
    invoice, lines = invoicing.invoice_of(order), slip_lines(order)
    _send(
        letters.PAID,
        order,
        goods=goods(order),
        delivery=order.delivery_name or "",
        destination=destination(order) or None,
        downloads=tuple(
            Button(f"Download {line.title}", line.download_url)
            for line in lines
            if line.download_url
        ),
        license_keys=tuple(
            Code(line.license_key, f"The license key of {line.title}")
            for line in lines
            if line.license_key
        ),
        invoice_number=invoice.number if invoice else None,
        invoice_link=f"{url_of(order)}/invoice",
        order_link=url_of(order),
    )


def send_payment_failed(order: Order) -> None:
    shop_link = f"{config.current().base_url}/products"
    _send(letters.PAYMENT_FAILED, order, goods=goods(order), shop_link=shop_link)


def send_refunded(order: Order, refund: Refund) -> bool:
    """False when this refund was told before."""
    amount = show(refund.amount, order.currency)
    return _send(letters.REFUNDED, order, str(refund.id), amount=amount, order_link=url_of(order))


def send_shipped(order: Order, shipment: Shipment) -> bool:
    """Once for each parcel."""
    return _send(
        letters.SHIPPED,
        order,
        str(shipment.id),
        carrier=f"with {shipment.carrier}" if shipment.carrier else "",
        parcel=(
            Items([_piece(part.article.full_title, part.quantity) for part in shipment.lines]),
        ),
        destination=destination(order) or None,
        tracking=_tracking(shipment),
        order_link=url_of(order),
    )


def send_waiting(order: Order, lines: Sequence[OrderLine], until: datetime, time: str) -> bool:
    """:param time: names this time, so that a form that is sent twice is one mail."""
    return _send(
        letters.WAITING,
        order,
        time,
        late=(Items([_piece(line.article.full_title, line.to_send) for line in lines]),),
        day=show_date(until),
        order_link=url_of(order),
    )


def send_swapped(order: Order, gone: OrderLine | LineSwap, swap: LineSwap) -> bool:
    """Once for each swap."""
    returned = show(swap.difference, order.currency) if swap.difference else None
    return _send(
        letters.SWAPPED,
        order,
        str(swap.id),
        gone=gone.full_title,
        instead=(Items([_piece(swap.full_title, swap.quantity)]),),
        difference=returned,
        order_link=url_of(order),
    )


def _send(kind: Kind, order: Order, part: str = "", **values: Value) -> bool:
    said = kind.key.removeprefix("order_")
    return outbox.write(
        kind,
        key=f"order:{order.id}:{said}" + (f":{part}" if part else ""),
        to=order.email,
        reference=order.number,
        name=order.name or "",
        number=order.number,
        total=show(order.total, order.currency),
        **values,
    )


def _tracking(shipment: Shipment) -> tuple[Block, ...]:
    number = (
        (Code(shipment.tracking_number, "Tracking number"),) if shipment.tracking_number else ()
    )
    url = shipment.tracking_url
    return (*number, Button("Follow the parcel", url)) if url else number


def _piece(title: str, quantity: int) -> str:
    return f"{title} × {quantity}" if quantity > 1 else title  # noqa: RUF001


def url_of(order: Order) -> str:
    return f"{config.current().base_url}/orders/{order.token}"


def goods(order: Order) -> tuple[Slip]:
    total = ("Total", show(order.total, order.currency))
    return (Slip(slip_lines(order), slip_rows(order), total),)


def slip_lines(order: Order, swaps: Mapping[int, LineSwap] = NO_SWAPS) -> list[SlipLine]:
    """The order's lines as a slip shows them.

    :param swaps: what is sent instead, by line id.
    """
    opened = access.of(order) if order.is_paid else {}
    lines = []
    for line in order.lines:
        found = opened.get(line.id, access.LineAccess())
        lines.append(
            SlipLine(
                line.title,
                _note(line, swaps.get(line.id)),
                line.quantity,
                show(line.amount, order.currency),
                found.download_url,
                found.license_key,
            )
        )
    return lines


def _note(line: OrderLine, swap: LineSwap | None) -> str:
    options = " / ".join(line.options.values())
    instead = f"Sent instead: {_piece(swap.full_title, swap.quantity)}" if swap else ""
    return ". ".join(filter(None, (options, instead)))


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
