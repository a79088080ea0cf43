"""Small acts on orders."""

from typing import Any

from sqlalchemy import select

from shop.admin.undoing.reversal import CannotComeBack, Reversal
from shop.db import session
from shop.orders import acts, attention, timeline
from shop.orders.fulfilment import shipping, waiting
from shop.orders.models import Order, Shipment, ShipmentState, TimelineEntry


def key_of(order: Order, id: object = "") -> str:
    return f"{order.number}/{id}"


def _order(key: str) -> Order:
    """Ours until the commit."""
    order = session.scalars(select(Order).filter_by(number=key.rpartition("/")[0])).one()
    acts.lock(order)
    return order


def _id(key: str) -> int:
    return int(key.rpartition("/")[2])


def _subject(key: str) -> str:
    return f"order:{key.rpartition('/')[0]}"


def _note(key: str) -> str | None:
    _order(key)
    entry = session.get(TimelineEntry, _id(key))
    return entry.text if entry else None


def _take_note_back(key: str, before: None) -> None:
    if before is not None:
        raise CannotComeBack
    timeline.take_back(_order(key), _id(key))


NOTE = Reversal(_note, _take_note_back, _subject)


def _attention(key: str) -> str:
    return _order(key).attention


def _raise_again(key: str, before: str) -> None:
    attention.raise_again(_order(key), before)


ATTENTION = Reversal(_attention, _raise_again, _subject)


def _parcel(order: Order, id: int) -> Shipment | None:
    found = session.get(Shipment, id)
    return found if found and found.order_id == order.id else None


def _packed(key: str) -> dict[str, int] | str | None:
    """What is in it; its state when it has left; None when there is none."""
    parcel = _parcel(_order(key), _id(key))
    if parcel is None:
        return None
    if parcel.is_sent:
        return str(parcel.state)
    return {str(part.order_line_id): part.quantity for part in parcel.lines}


def _repack(key: str, before: dict[str, int] | None) -> str | None:
    order = _order(key)
    if before is not None:
        pieces = {int(line_id): count for line_id, count in before.items()}
        return key_of(order, shipping.pack(order, pieces).id)
    shipping.unpack(order, shipping.find(order, _id(key)))
    return None


PARCEL = Reversal(_packed, _repack, _subject)


def _arrival(key: str) -> list[Any] | None:
    parcel = _parcel(_order(key), _id(key))
    return [str(parcel.state), parcel.delivered_at] if parcel else None


def _not_arrived(key: str, before: list[Any]) -> None:
    order = _order(key)
    if before != [ShipmentState.SHIPPED, None]:
        raise CannotComeBack
    shipping.undeliver(order, shipping.find(order, _id(key)))


ARRIVAL = Reversal(_arrival, _not_arrived, _subject)


def _wait(key: str) -> list[Any] | None:
    """Until when it waits, and since when."""
    line = next((line for line in _order(key).lines if line.id == _id(key)), None)
    waits = line and line.backorder
    return [waits.expected_at, waits.created_at] if waits else None


def _wait_again(key: str, before: list[Any]) -> None:
    order = _order(key)
    waiting.resume(order, _id(key), expected_at=before[0], since=before[1])


WAIT = Reversal(_wait, _wait_again, _subject)
