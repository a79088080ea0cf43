"""Lines of a paid order that wait for goods. The order is locked.

Their stock was taken when they were paid, so nothing of it changes here: what is short is what
somebody finds on the shelf.
"""

from collections.abc import Collection
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import bindparam, exists, func, select

from shop.catalog.models import StockMovement
from shop.db import UtcDateTime, session, utcnow
from shop.errors import BadInput, NotFound
from shop.orders import mails, timeline
from shop.orders.fulfilment.models import Backorder, LineSwap
from shop.orders.models import Order, OrderLine, PaymentState

LONGEST = timedelta(days=366)
SENDABLE = (PaymentState.PAID, PaymentState.PARTIALLY_REFUNDED)

_NOW = bindparam("now_waiting", callable_=utcnow, type_=UtcDateTime())
_SENT_INSTEAD = (
    select(LineSwap.variant_id)
    .where(LineSwap.order_line_id == OrderLine.id)
    .order_by(LineSwap.id.desc())
    .limit(1)
    .scalar_subquery()
)
_GOODS_CAME = exists().where(
    OrderLine.id == Backorder.order_line_id,
    StockMovement.variant_id == func.coalesce(_SENT_INSTEAD, OrderLine.variant_id),
    StockMovement.delta > 0,
    StockMovement.created_at > Backorder.created_at,
)
_IS_DUE = (Backorder.expected_at <= _NOW) | _GOODS_CAME
IS_HIDDEN = Order.id.in_(select(Backorder.order_id).where(Backorder.is_rest)) & Order.id.not_in(
    select(Backorder.order_id).where(_IS_DUE)
)
"""Of an order: nothing of it can be sent now."""


def lines_of(order: Order) -> list[OrderLine]:
    """What may wait: pieces that are in no parcel."""
    if order.payment_state not in SENDABLE:
        return []
    return [line for line in order.lines if line.to_send > line.packed]


def wait(order: Order, line_ids: Collection[int], until: date, time_of_form: str) -> datetime:
    """Let these lines wait until that day, also those that wait already; the buyer hears of it.

    :raises BadInput: of `lines` or `until`.
    """
    chosen = [line for line in lines_of(order) if line.id in line_ids]
    if not chosen:
        raise BadInput(None, lines=["Choose what comes later."])
    expected_at = datetime.combine(until, time(), UTC)
    if not utcnow() < expected_at <= utcnow() + LONGEST:
        raise BadInput(None, until=["Choose a day from tomorrow on, within a year."])
    for line in chosen:
        if line.backorder is None:
            line.backorder = Backorder(order_id=order.id, expected_at=expected_at)
        else:
            line.backorder.expected_at, line.backorder.created_at = expected_at, utcnow()
    settle(order)
    titles = "; ".join(line.article.full_title for line in chosen)
    told = f"Comes later: {titles}. We expect it by {expected_at:%-d %b %Y}."
    timeline.note_act(order, "waiting", told)
    mails.send_waiting(order, chosen, expected_at, time_of_form)
    return expected_at


def end(order: Order, line_id: int) -> OrderLine:
    """Its goods are here.

    :raises NotFound: when it is no line of this order that waits.
    """
    line = next((line for line in order.lines if line.id == line_id and line.backorder), None)
    if line is None:
        raise NotFound
    session.delete(line.backorder)
    line.backorder = None
    settle(order)
    timeline.note_act(order, "goods_came", f"{line.article.full_title} is here, and is sent soon.")
    return line


def resume(order: Order, line_id: int, *, expected_at: datetime, since: datetime) -> None:
    """Its goods are not here after all; the buyer knows that day already.

    :raises NotFound: when it is no line of this order that could wait.
    """
    line = next((line for line in lines_of(order) if line.id == line_id), None)
    if line is None or line.backorder:
        raise NotFound
    line.backorder = Backorder(order_id=order.id, expected_at=expected_at, created_at=since)
    settle(order)
    told = f"{line.full_title} still comes later. We expect it by {expected_at:%-d %b %Y}."
    timeline.note_act(order, "waiting", told)


def settle(order: Order) -> None:
    """After pieces were sent or refunded: what is not to be sent any more does not wait."""
    rows = session.scalars(select(Backorder).where(Backorder.order_id == order.id)).all()
    if not rows:
        return
    to_send = {line.id for line in order.lines if line.to_send}
    waits = [row for row in rows if row.order_line_id in to_send]
    is_rest = to_send == {row.order_line_id for row in waits}
    for row in rows:
        if row in waits:
            row.is_rest = is_rest
        else:
            session.delete(row)
