"""Orders follow their payments. Every step that must happen once asks the database whether it did.

The success page, the webhook and the sweeper all end here, in the transaction that changed the
payment.
"""

from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError

from shop import events
from shop.billing import refunds
from shop.billing.models import NO_MONEY, Payment, PaymentStatus, Refund, RefundStatus
from shop.cart.discounts import uses
from shop.catalog import stock
from shop.catalog.models import Kind
from shop.db import session, utcnow
from shop.orders import mails, timeline
from shop.orders.models import MONEY_IN, Fulfilment, FulfilmentState, Order, PaymentState

MISMATCH = "another amount was paid than ordered"
STOCK_GONE, DISCOUNT_GONE = "its stock was sold", "the last use of its discount code went"
OPEN = (PaymentState.PENDING, PaymentState.PROCESSING, PaymentState.FAILED)


def follow_payment(event: events.PaymentChanged) -> None:
    payment = session.get_one(Payment, event.payment_id)
    order = session.scalars(
        select(Order).where(Order.id == payment.order_id).with_for_update()
    ).one()
    match payment.status:
        case PaymentStatus.SUCCEEDED:
            pay(order, payment)
        case PaymentStatus.PROCESSING:
            _wait(order, payment)
        case PaymentStatus.REQUIRES_PAYMENT_METHOD if payment.error_code:
            _decline(order, payment)
        case PaymentStatus.CANCELED:
            cancel(order)


def pay(order: Order, payment: Payment) -> None:
    """Turn the money into goods, once.

    What was let go meanwhile is sold again if the stock is still there, and so is the use of a
    discount code; else the money goes back.
    """
    first = _move(order, (*OPEN, PaymentState.CANCELED), PaymentState.PAID)
    _count_money(order)
    if not first:
        _give_back(order, payment, "paid twice")
        return
    order.paid_at = utcnow()
    timeline.note(order, "paid", "Payment received.", payment=payment.id, amount=payment.received)
    if gone := _hold_again(order):
        timeline.ask_for_a_hand(order, f"paid after {gone} to somebody else")
        _give_back(order, payment, "out of stock" if gone == STOCK_GONE else "discount used up")
        return
    if order.discount_code:
        uses.take(order.token)
    stock.take(order.token)
    _fulfil(order)


def _hold_again(order: Order) -> str:
    """Empty when all is held, as it is unless the payment came very late."""
    if order.discount_code and not uses.hold_again(order.token):
        return DISCOUNT_GONE
    try:
        stock.reserve(order.token, stock.totals((x.variant_id, x.quantity) for x in order.lines))
    except stock.OutOfStock:
        uses.release(order.token)
        return STOCK_GONE
    return ""


def _fulfil(order: Order) -> None:
    try:
        with session.begin_nested():
            session.add(Fulfilment(order_id=order.id))
    except IntegrityError:
        return
    if all(line.kind is not Kind.PHYSICAL for line in order.lines):
        order.fulfilment_state = FulfilmentState.FULFILLED
    elif any(line.kind is not Kind.PHYSICAL for line in order.lines):
        order.fulfilment_state = FulfilmentState.PARTIAL
    events.publish(events.OrderPaid(order.id))


def _give_back(order: Order, payment: Payment, reason: str) -> None:
    """Refund a payment that bought nothing; once, because of what is left to refund."""
    left = refunds.left(payment)
    if left <= 0:
        return
    refunds.request(payment, left, reason)
    timeline.note(
        order, "refund_requested", "The payment is being returned.", payment=payment.id, why=reason
    )


def _wait(order: Order, payment: Payment) -> None:
    if _move(order, (PaymentState.PENDING, PaymentState.FAILED), PaymentState.PROCESSING):
        timeline.note(
            order, "processing", "The bank is confirming the payment.", payment=payment.id
        )
        mails.send_received(order)


def _decline(order: Order, payment: Payment) -> None:
    """A card that was declined may be followed by another; a bank debit that failed is the end."""
    was_processing = order.payment_state is PaymentState.PROCESSING
    if not _move(order, OPEN, PaymentState.FAILED):
        return
    timeline.note(
        order, "payment_failed", "The payment was declined.", payment=payment.id,
        code=payment.error_code,
    )  # fmt: skip
    if was_processing:
        mails.send_payment_failed(order)
        _let_go(order)


def cancel(order: Order) -> bool:
    """Give up an order that was never paid; what it held is free again. True the first time."""
    if not _move(order, OPEN, PaymentState.CANCELED):
        return False
    timeline.note(order, "canceled", "The order was canceled. Nothing was charged.")
    _let_go(order)
    return True


def _let_go(order: Order) -> None:
    if order.discount_code:
        uses.release(order.token)
    stock.release(order.token)
    events.publish(events.OrderCanceled(order.id))


def mark_mismatch(event: events.PaymentMismatched) -> None:
    payment = session.get_one(Payment, event.payment_id)
    order = session.get_one(Order, payment.order_id)
    if order.attention != MISMATCH:  # it is found again at every try
        timeline.ask_for_a_hand(order, MISMATCH, payment=payment.id)


def follow_refund(event: events.RefundChanged) -> None:
    """The order's refunded amount is what its payments' refunds add up to."""
    refund = session.get_one(Refund, event.refund_id)
    order = session.scalars(
        select(Order).where(Order.id == refund.payment.order_id).with_for_update()
    ).one()
    if refund.status in NO_MONEY:
        timeline.ask_for_a_hand(order, "a refund failed", refund=refund.id)
    if order.payment_state not in MONEY_IN:
        return
    _count_money(order)
    before, order.payment_state = order.payment_state, _state_after_refunds(order)
    money_moves = refund.status in {RefundStatus.PENDING, RefundStatus.SUCCEEDED}
    if money_moves and mails.send_refunded(order, refund):
        timeline.note(
            order, "refunded", "Money was returned.", refund=refund.id, amount=refund.amount
        )
    is_refunded, was_refunded = (
        state is PaymentState.REFUNDED for state in (order.payment_state, before)
    )
    if is_refunded and not was_refunded:
        events.publish(events.OrderRefunded(order.id))
    if was_refunded and not is_refunded:
        events.publish(events.OrderRestored(order.id))


def _count_money(order: Order) -> None:
    """What came in and went back, over all payments of the order, even a mistaken second one."""
    session.flush()  # the sums are over rows
    received, returned = session.execute(
        select(func.sum(Payment.received), func.sum(Payment.refunded)).where(
            Payment.order_id == order.id
        )
    ).one()
    order.paid, order.refunded = received or 0, returned or 0


def _state_after_refunds(order: Order) -> PaymentState:
    kept = order.paid - order.refunded
    if kept >= order.total:
        return PaymentState.PAID
    return PaymentState.PARTIALLY_REFUNDED if kept > 0 else PaymentState.REFUNDED


def _move(order: Order, come_from: tuple[PaymentState, ...], to: PaymentState) -> bool:
    """Change the state if the database still has one of those; whoever gets True does the rest."""
    moved = update(Order).where(Order.id == order.id, Order.payment_state.in_(come_from))
    return session.scalar(moved.values(payment_state=to).returning(Order.id)) is not None
