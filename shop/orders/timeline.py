"""What happened to an order, in the order it happened."""

from sqlalchemy import delete

from shop.accounts import audit
from shop.db import session
from shop.orders.models import Order, TimelineEntry

NOTE = "note"
"""Of an entry that staff wrote for staff; no customer reads it."""


def note(order: Order, kind: str, text: str, **data: object) -> None:
    """Add to the order's timeline.

    :param text: a sentence that the customer may read.
    :param data: ids and amounts for staff.
    """
    session.add(TimelineEntry(order_id=order.id, kind=kind, text=text, data=data))


def note_act(order: Order, kind: str, text: str, **data: object) -> TimelineEntry:
    """An act of who of the staff is signed in; the customer may read the text, and no name."""
    made = TimelineEntry(order_id=order.id, kind=kind, text=text, data=data)
    made.actor = audit.actor()
    session.add(made)
    return made


def take_back(order: Order, entry_id: int) -> None:
    """A note of staff; the audit log keeps what it said."""
    mine = delete(TimelineEntry).filter_by(id=entry_id, order_id=order.id, kind=NOTE)
    session.execute(mine)


def for_customer(order: Order) -> list[TimelineEntry]:
    """Newest first."""
    return [entry for entry in reversed(order.entries) if entry.kind != NOTE]


def entry(order: Order, kind: str, text: str) -> TimelineEntry:
    """The first one, of an order that is being made."""
    return TimelineEntry(order_id=order.id, kind=kind, text=text, data={})


def ask_for_a_hand(order: Order, reason: str, **data: object) -> None:
    """Mark that a person must decide; the first reason stays on the order, all in the timeline."""
    order.attention = order.attention or reason
    note(order, "attention", "We are looking into this order.", reason=reason, **data)
