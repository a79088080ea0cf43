"""What happened to an order, in the order it happened."""

from shop.db import session
from shop.orders.models import Order, TimelineEntry


def note(order: Order, kind: str, text: str, **data: object) -> None:
    """Add to the order's timeline.

    :param text: a sentence that the customer may read.
    :param data: ids and amounts for staff.
    """
    session.add(TimelineEntry(order_id=order.id, kind=kind, text=text, data=data))


def entry(kind: str, text: str) -> TimelineEntry:
    """The first one, of an order that is being made."""
    return TimelineEntry(kind=kind, text=text, data={})


def ask_for_a_hand(order: Order, reason: str, **data: object) -> None:
    """Mark that a person must decide; the first reason stays on the order, all in the timeline."""
    order.attention = order.attention or reason
    note(order, "attention", "We are looking into this order.", reason=reason, **data)
