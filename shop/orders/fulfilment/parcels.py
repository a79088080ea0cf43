"""What a buyer may know of the parcels."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from shop.db import session
from shop.orders.models import FulfilmentState, Order, Shipment, ShipmentLine, ShipmentState


def sent_of(order: Order) -> Sequence[Shipment]:
    """Those that left, in that order; what is in them comes along.

    The state of the order says already when there is none.
    """
    if order.fulfilment_state is FulfilmentState.UNFULFILLED or not order.shipping_address:
        return []
    query = select(Shipment).where(
        Shipment.order_id == order.id, Shipment.state != ShipmentState.PACKED
    )
    lines = selectinload(Shipment.lines).joinedload(ShipmentLine.line)
    return session.scalars(query.options(lines).order_by(Shipment.shipped_at)).all()
