"""Parcels: packed, on their way, delivered, and what comes back of them. The order is locked."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select

from shop.catalog import stock
from shop.catalog.models import Variant
from shop.db import session, utcnow
from shop.errors import BadInput, NotFound, ShopError
from shop.orders import mails, timeline
from shop.orders.fulfilment import carriers, state
from shop.orders.models import (
    Order,
    PaymentState,
    Shipment,
    ShipmentLine,
    ShipmentState,
)

SENDABLE = (PaymentState.PAID, PaymentState.PARTIALLY_REFUNDED)


class NotPaid(ShopError):
    title = "Nothing to send"
    message = "Only what is paid, and not refunded, is sent."


class NotNow(ShopError):
    title = "That comes at another time"
    message = "This parcel is in another state by now. Look at the order again."


@dataclass(frozen=True)
class Tracking:
    carrier: str = ""
    number: str = ""
    url: str = ""

    @property
    def link(self) -> str:
        return self.url or carriers.link_of(self.carrier, self.number)


def find(order: Order, shipment_id: int) -> Shipment:
    """
    :raises NotFound: when it is no parcel of this order.
    """
    shipment = session.get(Shipment, shipment_id)
    if shipment is None or shipment.order_id != order.id:
        raise NotFound
    return shipment


def everything(order: Order) -> dict[int, int]:
    """Pieces by line id that wait and are in no parcel."""
    waiting = {line.id: line.to_send - line.packed for line in order.lines}
    return {line_id: pieces for line_id, pieces in waiting.items() if pieces > 0}


def pack(order: Order, quantities: Mapping[int, int]) -> Shipment:
    """
    :raises NotPaid: before the money is here, and after all of it went back.
    :raises BadInput: by field: `line-<id>`, or none when nothing was chosen.
    """
    if order.payment_state not in SENDABLE:
        raise NotPaid
    chosen = {line_id: pieces for line_id, pieces in quantities.items() if pieces}
    most = everything(order)
    errors = {
        f"line-{line_id}": [f"Between 0 and {most.get(line_id, 0)}."]
        for line_id, pieces in chosen.items()
        if not 0 <= pieces <= most.get(line_id, 0)
    }
    if errors or not chosen:
        raise BadInput(None if errors else "Choose what is in the parcel.", **errors)
    lines = {line.id: line for line in order.lines}
    shipment = Shipment(order_id=order.id, state=ShipmentState.PACKED)
    for line_id, pieces in sorted(chosen.items()):
        line = lines[line_id]
        part = ShipmentLine(line=line, quantity=pieces, swap=line.swaps[-1] if line.swaps else None)
        shipment.lines.append(part)
    session.add(shipment)
    session.flush()  # the mail and the audit name it
    timeline.note_act(order, "packed", "A parcel was packed.", shipment=shipment.id)
    return shipment


def ship(order: Order, shipment: Shipment, tracking: Tracking) -> None:
    """The buyer hears of it.

    :raises NotNow: when it has left already, or holds what was refunded meanwhile.
    """
    too_many = any(part.line.packed > part.line.to_send for part in shipment.lines)
    if shipment.is_sent or too_many or order.payment_state not in SENDABLE:
        raise NotNow
    shipment.state, shipment.shipped_at = ShipmentState.SHIPPED, utcnow()
    shipment.carrier, shipment.tracking_number = tracking.carrier, tracking.number
    shipment.tracking_url = tracking.link
    state.settle(order)
    timeline.note_act(
        order, "shipped", "A parcel is on its way.", shipment=shipment.id,
        carrier=tracking.carrier, number=tracking.number,
    )  # fmt: skip
    mails.send_shipped(order, shipment)


def unpack(order: Order, shipment: Shipment) -> None:
    if shipment.is_sent:
        raise NotNow
    timeline.note_act(order, timeline.NOTE, "A parcel was unpacked.", shipment=shipment.id)
    session.delete(shipment)


def deliver(order: Order, shipment: Shipment) -> None:
    if shipment.state is not ShipmentState.SHIPPED:
        raise NotNow
    shipment.state, shipment.delivered_at = ShipmentState.DELIVERED, utcnow()
    timeline.note_act(order, "delivered", "A parcel was delivered.", shipment=shipment.id)


def undeliver(order: Order, shipment: Shipment) -> None:
    """It is still on its way."""
    if shipment.state is not ShipmentState.DELIVERED:
        raise NotNow
    shipment.state, shipment.delivered_at = ShipmentState.SHIPPED, None
    timeline.note_act(order, "shipped", "A parcel is still on its way.", shipment=shipment.id)


def take_back(
    order: Order, shipment: Shipment, pieces: Mapping[int, int], reference: str, *, restock: bool
) -> None:
    """Pieces of a parcel that came back; their money is another matter.

    :param pieces: by order line id.
    :param reference: names this return in the stock's movements.
    :raises BadInput: by field: `line-<id>`, or none when nothing was chosen.
    """
    if not shipment.is_sent:
        raise NotNow
    parts = {part.order_line_id: part for part in shipment.lines}
    errors = {}
    for line_id, count in pieces.items():
        most = parts[line_id].quantity - parts[line_id].returned if line_id in parts else 0
        if not 0 <= count <= most:
            errors[f"line-{line_id}"] = [f"Between 0 and {most}."]
    if errors or not any(pieces.values()):
        raise BadInput(None if errors else "Choose what came back.", **errors)
    came = [line_id for line_id, count in pieces.items() if count]
    for line_id in sorted(came, key=lambda line_id: parts[line_id].article.variant_id):
        parts[line_id].returned += pieces[line_id]
        if restock:
            shelve(parts[line_id].article.variant_id, pieces[line_id], f"{reference}:{line_id}")
    state.settle(order)
    timeline.note_act(
        order, "returned", "Goods came back to us.", shipment=shipment.id, restocked=restock
    )


def shelve(variant_id: int, pieces: int, reference: str) -> None:
    """Put pieces on the shelf again, where they are counted."""
    counted = select(Variant.id).where(Variant.id == variant_id, Variant.tracks_stock)
    if session.scalar(counted) is not None:
        stock.adjust(variant_id, pieces, "return", reference)
