"""What an order costs: whole minor units, tax rounded per line. No database, no floats."""

from collections.abc import Sequence
from dataclasses import dataclass

from shop import money

MOST = 99_999_999  # what Stripe takes in one payment


@dataclass(frozen=True)
class Item:
    amount: int
    """Quantity times unit amount."""
    tax_rate: int
    """Basis points."""


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
    items: Sequence[Item], *, delivery: int = 0, delivery_rate: int = 0, tax_included: bool
) -> Totals:
    """:param delivery_rate: basis points on the delivery, which is a service of its own."""
    subtotal = sum(item.amount for item in items)
    line_taxes = tuple(
        money.share(item.amount, item.tax_rate, included=tax_included) for item in items
    )
    tax = sum(line_taxes) + money.share(delivery, delivery_rate, included=tax_included)
    return Totals(
        subtotal=subtotal,
        discount=0,
        delivery=delivery,
        tax=tax,
        total=subtotal + delivery + (0 if tax_included else tax),
        tax_included=tax_included,
        line_taxes=line_taxes,
    )
