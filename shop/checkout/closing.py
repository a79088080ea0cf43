"""Giving up a checkout that went to pay: first at Stripe, then here, so nobody pays for nothing."""

from shop.billing import mirror, payments
from shop.billing.models import Payment, PaymentStatus
from shop.checkout.models import CheckoutSession
from shop.db import session
from shop.orders import lifecycle
from shop.orders.models import Order
from shop.orders.orders import latest_payment


def close(checkout: CheckoutSession) -> bool:
    """Cancel its payment and its order, and free its stock; False when it has been paid.

    Commits. Also False while a bank is still deciding. The session itself follows its order.

    :raises StripeUnavailable: when Stripe does not answer; nothing was given up then.
    """
    return close_order(session.get_one(Order, checkout.order_id))


def close_order(order: Order) -> bool:
    """The same, of an order however it came."""
    payment = latest_payment(order)
    if payment is not None and not _is_ended(payment):
        return False
    lifecycle.cancel(order)
    return True


def _is_ended(payment: Payment) -> bool:
    """Stripe would let us cancel even what a bank is about to pay, so we look first."""
    now = mirror.sync(payment.id)
    return now.status is not PaymentStatus.PROCESSING and payments.cancel(now)
