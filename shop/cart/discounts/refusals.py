"""Why a code takes nothing off, in words for who typed it."""

from datetime import datetime

from shop import money
from shop.cart.discounts.models import Discount
from shop.errors import BadInput

UNKNOWN = "We do not know this code. Please compare it letter by letter."
MISSING = "Enter your code."
USED_UP = "This code has been used up."
NOT_THESE = "This code is not for what is in your cart."
GRANTED = "This order has a discount already. It cannot be combined with a code."
STOPPED = "This code is not in use any more."


class CodeRefused(BadInput):
    title = "This code does not work"

    def __init__(self, reason: str) -> None:
        super().__init__(reason, code=[reason])


def of_time(discount: Discount, now: datetime) -> str | None:
    if not discount.is_active:
        return STOPPED
    if discount.starts_at and now < discount.starts_at:
        return f"This code is not good before {_day(discount.starts_at)}."
    if discount.ends_at and now >= discount.ends_at:
        return f"This code ended on {_day(discount.ends_at)}."
    return None


def of_sum(discount: Discount, subtotal: int, currency: str) -> str | None:
    if discount.currency not in {None, currency}:
        return f"This code is for orders in {discount.currency}."
    least = discount.least_subtotal
    if least is not None and subtotal < least:
        return f"This code is for orders of {money.show(least, currency)} or more."
    return None


def of_limits(discount: Discount, left: int | None, mine: int) -> str | None:
    """:param left: uses that nobody has; None for any number.
    :param mine: how often this customer has used it.
    """
    limit = discount.most_per_customer
    if limit is not None and mine >= limit:
        return used_by_you(limit)
    return USED_UP if left is not None and left <= 0 else None


def used_by_you(limit: int) -> str:
    if limit == 1:
        return "You have used this code already."
    return f"You have used this code {limit} times, which is as often as it can be."


def _day(moment: datetime) -> str:
    return f"{moment:%-d %b %Y}"
