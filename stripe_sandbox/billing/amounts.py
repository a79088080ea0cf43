"""Amounts in minor units."""

from decimal import ROUND_HALF_EVEN, Decimal

from stripe_sandbox.errors import Json, NotBuilt


def whole(amount: Decimal) -> int:
    return int(amount.quantize(Decimal(1), ROUND_HALF_EVEN))


def of_price(price: Json, quantity: int) -> int:
    """Raises NotBuilt for tiers, usage and amounts that the buyer chooses."""
    recurring = price["recurring"] or {}
    if price["unit_amount_decimal"] is None or recurring.get("usage_type") == "metered":
        raise NotBuilt("The sandbox bills a fixed amount per unit only.", param="price")
    return whole(Decimal(price["unit_amount_decimal"]) * quantity)


def share(amount: int, part: int, period: int) -> int:
    """The amount for `part` seconds out of a period."""
    return whole(Decimal(amount) * part / period) if period else 0
