"""What a variant costs, as staff sets it. No price is edited: it may have sold something."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Self

from shop import money
from shop.catalog.models import Interval, Price, Variant
from shop.catalog.shelf import period

LONGEST_TRIAL = 730
LONGEST = {Interval.MONTH: 36, Interval.YEAR: 3}
"""Periods and trials as long as Stripe has them."""


@dataclass(frozen=True)
class Terms:
    """All that makes one price another one than the next; see `Price`."""

    currency: str
    unit_amount: int
    compare_at_amount: int | None = None
    interval: Interval | None = None
    interval_count: int = 1
    trial_days: int = 0

    @classmethod
    def of(cls, price: Price) -> Self:
        return cls(**{name: getattr(price, name) for name in cls.__dataclass_fields__})

    @property
    def rhythm(self) -> tuple[str, Interval | None, int]:
        """There is one active price of each."""
        return self.currency, self.interval, self.interval_count

    def __str__(self) -> str:
        amount = money.show(self.unit_amount, self.currency)
        return (
            f"{amount} / {period(self.interval, self.interval_count)}" if self.interval else amount
        )


def problems(terms: Terms) -> dict[str, str]:
    """What is wrong with them, by field."""
    found = {}
    if terms.compare_at_amount is not None and terms.compare_at_amount <= terms.unit_amount:
        found["compare_at_amount"] = "The amount before a reduction is the higher one."
    if terms.interval is None:
        if terms.trial_days:
            found["trial_days"] = "Only a price that renews can begin with a trial."
        return found
    if not 1 <= terms.interval_count <= LONGEST[terms.interval]:
        found["interval_count"] = "A period is 3 years at most."
    if not 0 <= terms.trial_days <= LONGEST_TRIAL:
        found["trial_days"] = f"A trial is {LONGEST_TRIAL} days at most."
    return found


def set_prices(variant: Variant, wanted: Sequence[Terms]) -> list[str]:
    """Make these the variant's active prices: others are withdrawn, and a known one comes back.

    What changed is told in words.
    """
    said = []
    for price in variant.prices:
        if price.is_active and Terms.of(price) not in wanted:
            price.is_active = False
            said.append(f"{Terms.of(price)} withdrawn")
    return said + [f"{terms} offered" for terms in wanted if _offer(variant, terms)]


def _offer(variant: Variant, terms: Terms) -> bool:
    """False when it is offered already; the one that came first stays."""
    alike = [price for price in variant.prices if Terms.of(price) == terms]
    if any(price.is_active for price in alike):
        return False
    if alike:
        alike[0].is_active = True
    else:
        variant.prices.append(Price(**asdict(terms), is_active=True))
    return True
