"""An order whose payment is disputed waits for a person, and tells what happened."""

from sqlalchemy import select

from shop import events
from shop.billing.disputes import standing, words
from shop.billing.disputes.models import Dispute, Stage
from shop.db import session
from shop.orders import timeline
from shop.orders.models import Order

REASONS = {
    Stage.LOST: "a dispute was lost",
    Stage.OPEN: "the payment is disputed",
    Stage.ASKED: "the bank asks about the payment",
}
"""Why a person must decide, the gravest first."""


def follow(event: events.DisputeChanged) -> None:
    """The first of the listeners: from here on the order is locked."""
    dispute = session.get_one(Dispute, event.dispute_id)
    if dispute.payment is None:
        return
    mine = select(Order).where(Order.id == dispute.payment.order_id)
    order = session.scalars(mine.with_for_update()).one()
    timeline.note(
        order, "dispute", words.told(dispute), dispute=dispute.id, status=dispute.status,
        amount=dispute.amount,
    )  # fmt: skip
    if order.attention in {"", *REASONS.values()}:
        stages = standing.of_order(order.id).stages
        order.attention = next((why for stage, why in REASONS.items() if stage in stages), "")
