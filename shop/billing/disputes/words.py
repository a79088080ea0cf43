"""A dispute in sentences that a customer may read."""

from shop.billing.disputes.models import Dispute, Stage

TOLD = {
    Stage.ASKED: "The bank asks about the payment.",
    Stage.OPEN: "The payment is disputed with the bank.",
    Stage.LOST: "The bank has taken the payment back.",
    Stage.OVER: "The dispute is over, and the payment stands.",
}


def told(dispute: Dispute) -> str:
    return TOLD[dispute.stage]
