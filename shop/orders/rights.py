"""What was bought rests and ends with its money. Licenses and downloads follow alike.

Staff rests and ends things too, with reasons of their own, which nothing here touches.
"""

from datetime import datetime

from sqlalchemy import ColumnElement, Select, func, select, update
from sqlalchemy.orm import Mapped, mapped_column

from shop.billing.disputes import standing
from shop.billing.disputes.models import Dispute
from shop.billing.disputes.standing import Standing
from shop.billing.models import NO_MONEY, Refund, RefundStatus
from shop.db import session, utcnow
from shop.errors import BadInput
from shop.events import DisputeChanged
from shop.orders.models import Order, OrderLine, PaymentState, RefundLine

REFUND, DISPUTE = "refund", "dispute"
"""The reasons of what ends, rests and comes back with the money; no person may give them."""
OPEN: dict[str, object] = {"ended_at": None, "end_reason": ""}


class Right:
    """The columns of what somebody may use until it is taken back."""

    id: Mapped[int]
    order_line_id: Mapped[int | None]
    subscription_id: Mapped[int | None]
    suspended_at: Mapped[datetime | None]
    """While a dispute is open, or somebody of the staff looks into it."""
    suspend_reason: Mapped[str] = mapped_column(default="")
    ended_at: Mapped[datetime | None]
    end_reason: Mapped[str] = mapped_column(default="")


def demand_reason(reason: str) -> None:
    """Of a person.

    :raises BadInput: when it is none, or a word that only money says.
    """
    if not reason.strip():
        raise BadInput("Say why.", reason=["Say why."])
    if reason.strip().lower() in {REFUND, DISPUTE}:
        told = f"Say more than “{reason.strip()}”: what ends by that word may come back by itself."
        raise BadInput(told, reason=[told])


def end(model: type[Right], order_id: int) -> None:
    """All of the order's money went back."""
    _set(model, _of_order(model, order_id) & model.ended_at.is_(None), _ended(REFUND))


def restore(model: type[Right], order_id: int) -> None:
    """The money stays with us after all, so what it bought is theirs again."""
    settle_lines(model, order_id)


def settle_lines(model: type[Right], order_id: int) -> None:
    """Of an order that kept some of its money: what all pieces of a line were refunded for ends."""
    gone = model.order_line_id.in_(_refunded_lines(order_id))
    _set(model, gone & model.ended_at.is_(None), _ended(REFUND))
    is_lost = standing.of_order(order_id).is_lost
    kept = _of_order(model, order_id) & (model.end_reason == REFUND) & ~gone
    _set(model, kept, _ended(DISPUTE) if is_lost else OPEN)


def _refunded_lines(order_id: int) -> Select[int]:
    """Ids of the lines whose every piece went back."""
    moved = Refund.status.not_in((*NO_MONEY, RefundStatus.REQUESTED))
    query = select(OrderLine.id).join(RefundLine, RefundLine.order_line_id == OrderLine.id)
    query = query.join(Refund, Refund.id == RefundLine.refund_id)
    query = query.where(OrderLine.order_id == order_id, moved)
    all_of_it = func.sum(RefundLine.quantity) >= OrderLine.quantity
    return query.group_by(OrderLine.id, OrderLine.quantity).having(all_of_it)


def follow_dispute(model: type[Right], event: DisputeChanged) -> None:
    dispute = session.get_one(Dispute, event.dispute_id)
    if dispute.payment:
        settle_order(model, dispute.payment.order_id)
    elif dispute.subscription_id:
        settle_subscription(model, dispute.subscription_id)


def settle_order(model: type[Right], order_id: int) -> None:
    """Whatever was said of its disputes before, and in whatever order."""
    state = session.scalar(select(Order.payment_state).where(Order.id == order_id))
    is_refunded = state is PaymentState.REFUNDED
    _settle(model, _of_order(model, order_id), standing.of_order(order_id), is_refunded=is_refunded)
    if not is_refunded:
        settle_lines(model, order_id)


def settle_subscription(model: type[Right], subscription_id: int) -> None:
    mine = model.subscription_id == subscription_id
    _settle(model, mine, standing.of_subscription(subscription_id), is_refunded=False)


def settle(right: Right) -> None:
    """The same for one, by its cause."""
    if right.order_line_id:
        line = session.get_one(OrderLine, right.order_line_id)
        settle_order(type(right), line.order_id)
    elif right.subscription_id:
        settle_subscription(type(right), right.subscription_id)


def _settle(
    model: type[Right], mine: ColumnElement[bool], now: Standing, *, is_refunded: bool
) -> None:
    if now.is_held:
        resting = {"suspended_at": utcnow(), "suspend_reason": DISPUTE}
        _set(model, mine & model.suspended_at.is_(None), resting)
    else:
        held = mine & (model.suspend_reason == DISPUTE)
        _set(model, held, {"suspended_at": None, "suspend_reason": ""})
    if now.is_lost:
        _set(model, mine & model.ended_at.is_(None), _ended(DISPUTE))
    else:
        lost = mine & (model.end_reason == DISPUTE)
        _set(model, lost, _ended(REFUND) if is_refunded else OPEN)


def _of_order(model: type[Right], order_id: int) -> ColumnElement[bool]:
    lines = select(OrderLine.id).where(OrderLine.order_id == order_id)
    return model.order_line_id.in_(lines)


def _ended(reason: str) -> dict[str, object]:
    return {"ended_at": utcnow(), "end_reason": reason}


def _set(model: type[Right], where: ColumnElement[bool], values: dict[str, object]) -> None:
    session.execute(update(model).where(where).values(**values))
