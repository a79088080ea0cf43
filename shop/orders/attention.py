"""What to do about an order that waits for a person, by the reason that it waits for."""

from types import MappingProxyType

from shop.billing import mirror
from shop.billing.disputes.models import Stage
from shop.orders import timeline
from shop.orders.disputes import REASONS
from shop.orders.lifecycle import DISCOUNT_GONE, MISMATCH, STOCK_GONE
from shop.orders.models import Order
from shop.orders.refunding.requesting import payments_of

GOES_BACK = (
    "Its money is being returned by itself. Tell the buyer what else there is; when the refund has "
    "succeeded, nothing is left to do."
)
CURES = MappingProxyType(
    {
        f"paid after {STOCK_GONE} to somebody else": GOES_BACK,
        f"paid after {DISCOUNT_GONE} to somebody else": GOES_BACK,
        MISMATCH: (
            "Compare the payment at Stripe with the order. Give the money back there if it is "
            "wrong, then ask Stripe again."
        ),
        "a refund failed": "The money is still here: refund it again, or agree on another way.",
        REASONS[Stage.ASKED]: "Answer the bank at Stripe: the dispute below says by when.",
        REASONS[Stage.OPEN]: "Send evidence at Stripe: the dispute below says by when.",
        REASONS[Stage.LOST]: "Decide whether the goods are to come back, and what to do next.",
        "paid but no key": "Upload keys: the buyer is served at once. Or refund the line.",
        "Stripe's page told no address to deliver to": "Ask the buyer, then correct the address.",
        "Stripe's page told no e-mail address": "Ask Stripe who paid, then send the mail again.",
    }
)


def cure_of(order: Order) -> str:
    """Empty for a reason that nobody has foreseen."""
    return CURES.get(order.attention, "")


def resolve(order: Order, how: str) -> str:
    """Somebody has decided; what it waited for. The order is locked."""
    was, order.attention = order.attention, ""
    timeline.note_act(order, timeline.NOTE, f"Resolved: {how}", reason=was)
    return was


def raise_again(order: Order, reason: str) -> None:
    """It was not resolved after all. The order is locked."""
    order.attention = reason
    timeline.note_act(order, timeline.NOTE, "It is not resolved yet.", reason=reason)


def ask_stripe_again(order: Order) -> None:
    """Bring its payments up to date; commits.

    :raises Mismatch: when Stripe still has another amount.
    """
    for payment_id in [payment.id for payment in payments_of(order)]:
        mirror.sync(payment_id)
