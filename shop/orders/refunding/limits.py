"""How much somebody may give back of one order, whatever was given back of it before."""

from shop import money
from shop.accounts import audit
from shop.accounts.models import User
from shop.accounts.permissions import refund_limit
from shop.billing.models import NO_MONEY, Payment
from shop.errors import ShopError
from shop.orders.models import Order


class OverLimit(ShopError):
    status = 403
    title = "That is more than you may refund"


def demand(user: User, order: Order, payments: list[Payment], amount: int) -> None:
    """
    :param amount: minor units, beside what was asked back of this order before.
    :raises OverLimit: it is audited.
    """
    limit = refund_limit(user, order.currency)
    if limit is None:
        return
    before = sum(
        refund.amount
        for payment in payments
        for refund in payment.refunds
        if refund.status not in NO_MONEY
    )
    if before + amount <= limit:
        return
    number, currency = order.number, order.currency
    audit.note_refusal("order.refund", f"order:{number}", amount=amount, currency=currency)
    raise OverLimit(
        f"Your role refunds up to {money.show(limit, currency)} of one order; with this it would "
        f"be {money.show(before + amount, currency)}. Ask finance or an administrator. "
        "This try was noted."
    )
