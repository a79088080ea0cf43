"""When the money of a line moves: what never left goes on the shelf, and what it opened ends."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from shop import events
from shop.billing.models import NO_MONEY, RefundStatus
from shop.catalog import stock
from shop.catalog.models import StockMovement, Variant
from shop.db import session
from shop.orders import timeline
from shop.orders.fulfilment import state
from shop.orders.models import MONEY_IN, PaymentState, RefundLine


def follow(event: events.RefundChanged) -> None:
    """After the order; repeating it changes nothing."""
    query = select(RefundLine).where(RefundLine.refund_id == event.refund_id)
    parts = session.scalars(
        query.options(joinedload(RefundLine.line), joinedload(RefundLine.refund))
    ).all()
    if not parts or parts[0].refund.status is RefundStatus.REQUESTED:
        return
    _restock(parts)
    order = parts[0].line.order
    state.settle(order)
    if order.payment_state in MONEY_IN and order.payment_state is not PaymentState.REFUNDED:
        events.publish(events.LinesRefunded(order.id))


def _restock(parts: Sequence[RefundLine]) -> None:
    """Locked as all stock is: by variant."""
    failed = parts[0].refund.status in NO_MONEY
    for part in sorted(parts, key=lambda part: part.article.variant_id):
        variant = session.get_one(Variant, part.article.variant_id)
        if not part.restock or not variant.tracks_stock:
            continue
        reference = f"refund:{part.refund_id}:{part.order_line_id}"
        if not failed:
            stock.adjust(variant.id, part.restock, "return", reference)
        elif _was_moved(variant.id, reference):
            _take_again(part, reference)


def _was_moved(variant_id: int, reference: str) -> bool:
    known = select(StockMovement.id).filter_by(variant_id=variant_id, reference=reference)
    return session.scalar(known) is not None


def _take_again(part: RefundLine, reference: str) -> None:
    """The buyer has paid for it after all; if somebody else has bought it, a person decides."""
    try:
        stock.adjust(part.article.variant_id, -part.restock, "sale", f"{reference}:failed")
    except stock.BelowReserved:
        timeline.ask_for_a_hand(part.line.order, "a refund failed", refund=part.refund_id)
