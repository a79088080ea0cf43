"""What a product page lets the customer choose from."""

from dataclasses import dataclass
from operator import attrgetter

from shop import money
from shop.catalog.models import Price, Product, Variant
from shop.catalog.shelf import period

FEW = 5


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


@dataclass(frozen=True, slots=True)
class Choice:
    """The picker: what can be bought, and what cannot and why."""

    legend: str
    offers: list[Offer]

    @property
    def is_needed(self) -> bool:
        return len(self.offers) > 1

    @property
    def buyable(self) -> list[Offer]:
        return [offer for offer in self.offers if not offer.refused]

    @property
    def cheapest(self) -> Offer | None:
        """The price to hang on the page."""
        return min(self.buyable or self.offers, key=attrgetter("amount"), default=None)

    @property
    def varies(self) -> bool:
        """Whether it says "from" on the price tag."""
        return len({offer.amount for offer in self.buyable or self.offers}) > 1


def choice(product: Product, currency: str) -> Choice:
    """The offers of a product whose variants have their active prices loaded."""
    offers = [
        _offer(variant, price)
        for variant in product.variants
        for price in variant.prices
        if price.is_active and price.currency == currency
    ]
    names = product.variants[0].options if product.variants else {}
    return Choice(" / ".join(names) or "Choose one", offers)


def _offer(variant: Variant, price: Price) -> Offer:
    if price.interval is not None:
        return _subscription(variant, price, period(price.interval, price.interval_count))
    compare = price.compare_at_amount
    return Offer(
        price_id=price.id,
        amount=price.unit_amount,
        title=variant.title or "One-time purchase",
        price_label=money.show(price.unit_amount, price.currency),
        compare_label=money.show(compare, price.currency) if compare else None,
        note=stock_note(variant),
        refused="Sold out" if variant.available == 0 else "",
    )


def _subscription(variant: Variant, price: Price, per: str) -> Offer:
    return Offer(
        price_id=price.id,
        amount=price.unit_amount,
        title=variant.title or f"Every {per}",
        price_label=f"{money.show(price.unit_amount, price.currency)} / {per}",
        compare_label=None,
        note="",
        refused="Subscriptions cannot be ordered here yet.",
    )


def stock_note(variant: Variant) -> str:
    left = variant.available
    if left is None:
        return ""
    if left == 0:
        return "Sold out"
    return f"Only {left} left" if left <= FEW else "In stock"
