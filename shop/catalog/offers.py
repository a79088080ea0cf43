"""What a product page lets the customer choose from."""

from dataclasses import dataclass

from shop.catalog.models import Price, Product, Variant
from shop.catalog.shelf import period, show_money

FEW = 5


@dataclass(frozen=True, slots=True)
class Offer:
    """One price, as a card of the picker."""

    price_id: int
    title: str
    price_label: str
    compare_label: str | None
    note: str
    refused: str
    """Why it cannot be chosen, or empty."""


@dataclass(frozen=True, slots=True)
class Choice:
    """The picker: what can be bought, what cannot and why, and the price to hang on the page."""

    offers: list[Offer]
    chosen: Offer | None
    """What is selected when the page opens; None when nothing can be bought."""
    from_price: bool

    @property
    def is_needed(self) -> bool:
        return len(self.offers) > 1


def choice(product: Product, currency: str) -> Choice:
    """The offers of a product whose variants have their active prices loaded."""
    priced = [
        (variant, price)
        for variant in product.variants
        for price in variant.prices
        if price.is_active and price.currency == currency
    ]
    offers = [_offer(variant, price) for variant, price in priced]
    buyable = [offer for offer in offers if not offer.refused]
    amounts = {price.unit_amount for _, price in priced if not price.is_recurring}
    return Choice(offers, buyable[0] if buyable else None, from_price=len(amounts) > 1)


def _offer(variant: Variant, price: Price) -> Offer:
    amount = show_money(price.unit_amount, price.currency)
    compare = price.compare_at_amount
    if price.interval is not None:
        per = period(price.interval, price.interval_count)
        refused = "Subscriptions cannot be ordered here yet."
        title = variant.title or f"Every {per}"
        return Offer(price.id, title, f"{amount} / {per}", None, "", refused)
    return Offer(
        price_id=price.id,
        title=variant.title or "One-time purchase",
        price_label=amount,
        compare_label=show_money(compare, price.currency) if compare else None,
        note=stock_note(variant),
        refused="Sold out" if variant.available == 0 else "",
    )


def stock_note(variant: Variant) -> str:
    left = variant.available
    if left is None:
        return ""
    if left == 0:
        return "Sold out"
    return f"Only {left} left" if left <= FEW else "In stock"
