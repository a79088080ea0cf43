"""What an order costs: whole minor units, tax rounded per line. No database, no floats."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from shop import money

MOST = 99_999_999  # what Stripe takes in one payment


@dataclass(frozen=True)
class Item:
    amount: int
    """Quantity times unit amount."""
    tax_rate: int
    """Basis points."""
    discount: int = 0
    """Taken off the amount; what is left is taxed."""

    @property
    def paid(self) -> int:
        return self.amount - self.discount


@dataclass(frozen=True)
class Totals:
    """Total = subtotal - discount + delivery, plus tax where prices do not include it."""

    subtotal: int
    discount: int
    delivery: int
    tax: int
    total: int
    tax_included: bool
    line_taxes: tuple[int, ...]


def compute(
    items: Sequence[Item],
    *,
    delivery: int = 0,
    delivery_rate: int = 0,
    tax_included: bool,
    step: int = 1,
) -> Totals:
    """What it costs together.

    :param delivery_rate: basis points on the delivery, which is a service of its own.
    :param step: see `money.step`. Each tax that is added is rounded to it, so that a total of
        prices that can be paid can be paid; a tax inside a price is not paid by itself.
    """
    subtotal = sum(item.amount for item in items)
    share = partial(money.share, included=tax_included, step=1 if tax_included else step)
    line_taxes = tuple(share(item.paid, item.tax_rate) for item in items)
    discount = sum(item.discount for item in items)
    tax = sum(line_taxes) + share(delivery, delivery_rate)
    return Totals(
        subtotal=subtotal,
        discount=discount,
        delivery=delivery,
        tax=tax,
        total=subtotal - discount + delivery + (0 if tax_included else tax),
        tax_included=tax_included,
        line_taxes=line_taxes,
    )
