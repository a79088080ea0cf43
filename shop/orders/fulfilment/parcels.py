"""What a buyer may know of the parcels."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from shop.db import session
from shop.orders.fulfilment.models import LineSwap
from shop.orders.models import (
    FulfilmentState,
    Order,
    OrderLine,
    Shipment,
    ShipmentLine,
    ShipmentState,
)


def sent_of(order: Order) -> Sequence[Shipment]:
    """Those that left, in that order; what is in them comes along.

    The state of the order says already when there is none.
    """
    if order.fulfilment_state is FulfilmentState.UNFULFILLED or not order.shipping_address:
        return []
    query = select(Shipment).where(
        Shipment.order_id == order.id, Shipment.state != ShipmentState.PACKED
    )
    lines = selectinload(Shipment.lines)
    query = query.options(lines.joinedload(ShipmentLine.line), lines.joinedload(ShipmentLine.swap))
    return session.scalars(query.order_by(Shipment.shipped_at)).all()


def swaps_of(order: Order) -> dict[int, LineSwap]:
    """What is sent instead, by line id."""
    if not order.is_paid or not order.shipping_address:
        return {}
    query = select(LineSwap).join(OrderLine, OrderLine.id == LineSwap.order_line_id)
    rows = session.scalars(query.where(OrderLine.order_id == order.id).order_by(LineSwap.id))
    return {swap.order_line_id: swap for swap in rows}
