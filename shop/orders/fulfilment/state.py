"""How much of an order is with its buyer."""

from shop.catalog.models import Kind
from shop.orders.fulfilment import waiting
from shop.orders.models import MONEY_IN, FulfilmentState, Order, PaymentState


def settle(order: Order) -> None:
    """Write down what the pieces say; the order is locked, and somebody paid it."""
    if order.payment_state in MONEY_IN:
        order.fulfilment_state = of(order)
        waiting.settle(order)


def of(order: Order) -> FulfilmentState:
    """Digital goods are with the buyer from the moment they are paid."""
    things = [line for line in order.lines if line.kind is Kind.PHYSICAL]
    waits = any(line.to_send for line in things)
    with_buyer = len(things) < len(order.lines) or any(
        line.shipped > line.came_back for line in things
    )
    if with_buyer:
        return FulfilmentState.PARTIAL if waits else FulfilmentState.FULFILLED
    was_sent = any(line.shipped for line in things)
    if was_sent and not waits:
        return FulfilmentState.RETURNED
    is_over = not waits and order.payment_state is not PaymentState.REFUNDED
    return FulfilmentState.RETURNED if is_over else FulfilmentState.UNFULFILLED
