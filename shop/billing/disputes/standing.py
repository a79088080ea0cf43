"""What all disputes of an order, or of a subscription, come to."""

from dataclasses import dataclass

from sqlalchemy import func, select

from shop import config
from shop.billing.disputes.models import Dispute, Stage
from shop.billing.models import Payment
from shop.db import session


@dataclass(frozen=True)
class Standing:
    stages: frozenset[Stage]
    is_lost: bool
    """Of what was paid, nothing is left."""

    @property
    def is_held(self) -> bool:
        """What was bought rests until the bank has decided."""
        return Stage.OPEN in self.stages and config.current().dispute_suspends


def of_order(order_id: int) -> Standing:
    query = select(Dispute).join(Payment, Payment.id == Dispute.payment_id)
    disputes = session.scalars(query.where(Payment.order_id == order_id)).all()
    lost = [dispute.amount for dispute in disputes if dispute.stage is Stage.LOST]
    is_lost = bool(lost) and _kept(order_id) <= sum(lost)
    return Standing(frozenset(dispute.stage for dispute in disputes), is_lost)


def lost_of_order(order_id: int) -> int:
    """Minor units that banks took back for good."""
    gone = select(func.sum(Dispute.withdrawn)).join(Payment, Payment.id == Dispute.payment_id)
    lost = Dispute.status == Stage.LOST.value
    return session.scalar(gone.where(Payment.order_id == order_id, lost)) or 0


def _kept(order_id: int) -> int:
    """Minor units that were not refunded."""
    kept = select(func.sum(Payment.received - Payment.refunded))
    return session.scalar(kept.where(Payment.order_id == order_id)) or 0


def of_subscription(subscription_id: int) -> Standing:
    disputes = session.scalars(select(Dispute).filter_by(subscription_id=subscription_id))
    stages = frozenset(dispute.stage for dispute in disputes)
    return Standing(stages, Stage.LOST in stages)
