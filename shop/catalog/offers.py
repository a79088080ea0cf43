"""What a product page lets the customer choose from."""

from collections.abc import Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import NamedTuple

from shop import money
from shop.catalog.models import FEW_LEFT
from shop.catalog.shelf import period


class VariantRow(NamedTuple):
    """One price of a variant; a variant without one has a row all the same."""

    id: int
    sku: str
    options: dict[str, str]
    weight: int
    """Grams."""
    tracks_stock: bool
    available: int
    price_id: int | None
    unit_amount: int
    compare_at_amount: int | None
    interval: str | None
    interval_count: int
    trial_days: int

    @property
    def title(self) -> str:
        """The options in words: `M / Blue`."""
        return " / ".join(self.options.values())


@dataclass(frozen=True, slots=True)
class Offer:
    """One price, as a card of the picker."""

    price_id: int
    amount: int
    title: str
    price_label: str
    compare_label: str | None
    note: str
    refused: str
    """Why it cannot be chosen, or empty."""
    is_recurring: bool = False


@dataclass(frozen=True, slots=True)
class Choice:
    """The picker: what can be bought, and what cannot and why."""

    legend: str
    offers: tuple[Offer, ...]

    @property
    def is_needed(self) -> bool:
        return len(self.offers) > 1

    @property
    def buyable(self) -> list[Offer]:
        return [offer for offer in self.offers if not offer.refused]

    @property
    def cheapest(self) -> Offer | None:
        """The price to hang on the page."""
        return min(self._alike, key=attrgetter("amount"), default=None)

    @property
    def varies(self) -> bool:
        """Whether it says "from" on the price tag."""
        return len({offer.amount for offer in self._alike}) > 1

    @property
    def recurs(self) -> bool:
        """Whether all that can be bought is a subscription."""
        return all(offer.is_recurring for offer in self.buyable)

    @property
    def _alike(self) -> Sequence[Offer]:
        """Amounts that can be compared: once, or else again and again."""
        found = self.buyable or self.offers
        return [offer for offer in found if not offer.is_recurring] or found


def choice(rows: Sequence[VariantRow], currency: str) -> Choice:
    """:param rows: a product's variants with their active prices in this currency."""
    names = rows[0].options if rows else {}
    offers = tuple(_offer(row, row.price_id, currency) for row in rows if row.price_id is not None)
    return Choice(" / ".join(names) or "Choose one", offers)


def _offer(row: VariantRow, price_id: int, currency: str) -> Offer:
    label = money.show(row.unit_amount, currency)
    if row.interval is not None:
        per = period(row.interval, row.interval_count)
        return Offer(
            price_id=price_id,
            amount=row.unit_amount,
            title=row.title or f"Every {per}",
            price_label=f"{label} / {per}",
            compare_label=None,
            note=_renewal_note(row, f"{label} / {per}"),
            refused="",
            is_recurring=True,
        )
    compare = row.compare_at_amount
    return Offer(
        price_id=price_id,
        amount=row.unit_amount,
        title=row.title or "One-time purchase",
        price_label=label,
        compare_label=money.show(compare, currency) if compare else None,
        note=_stock_note(row),
        refused="Sold out" if row.tracks_stock and row.available == 0 else "",
    )


def _renewal_note(row: VariantRow, rate: str) -> str:
    if row.trial_days:
        return f"{row.trial_days} days free, then {rate}"
    return "Renews until you cancel"


def _stock_note(row: VariantRow) -> str:
    if not row.tracks_stock:
        return ""
    if row.available == 0:
        return "Sold out"
    return f"Only {row.available} left" if row.available <= FEW_LEFT else "In stock"
