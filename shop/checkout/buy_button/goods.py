"""What a buy button sells. A browser names prices of ours and quantities; the rest is looked up."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NoReturn

from shop.cart.models import MOST_PER_LINE
from shop.catalog import prices
from shop.catalog.models import Kind, Price
from shop.catalog.prices import NotForSale
from shop.checkout.delivery import Parcel
from shop.errors import BadInput, ShopError


class IsSubscription(BadInput):
    message = "This price renews. Start a subscription with POST /api/subscriptions."


class MixedCurrencies(BadInput):
    message = "All prices of one checkout must be in the same currency."


class TooMany(BadInput):
    message = f"Choose a quantity from 1 to {MOST_PER_LINE}."


class SoldOut(ShopError):
    title = "Sold out"
    message = "This is sold out right now."


@dataclass(frozen=True)
class Wanted:
    price_id: int
    quantity: int
    place: str = ""
    """Where the request names it, such as `products.0.`."""


@dataclass(frozen=True)
class Good:
    price: Price
    wanted: Wanted

    @property
    def quantity(self) -> int:
        return self.wanted.quantity

    @property
    def amount(self) -> int:
        return self.price.unit_amount * self.quantity

    @property
    def tax_category(self) -> str:
        return self.price.variant.product.tax_category


@dataclass(frozen=True)
class Goods:
    lines: tuple[Good, ...]

    @property
    def currency(self) -> str:
        return self.lines[0].price.currency

    @property
    def subtotal(self) -> int:
        return sum(line.amount for line in self.lines)

    @property
    def has_physical(self) -> bool:
        return any(line.price.variant.product.kind is Kind.PHYSICAL for line in self.lines)

    def parcel_to(self, country: str) -> Parcel:
        weight = sum(line.price.variant.weight * line.quantity for line in self.lines)
        return Parcel(country, weight, self.subtotal, self.currency)


def find(wanted: Iterable[Wanted]) -> Goods:
    """The goods by today's prices; a price that is named twice is one line.

    :raises ShopError: naming the field, for a price that no button can sell.
    """
    lines = tuple(map(_find, _together(wanted)))
    currency = lines[0].price.currency
    for line in lines:
        if line.price.currency != currency:
            _refuse(MixedCurrencies, line.wanted)
    return Goods(lines)


def _together(wanted: Iterable[Wanted]) -> list[Wanted]:
    found: dict[int, Wanted] = {}
    for one in wanted:
        known = found.get(one.price_id)
        total = one.quantity + (known.quantity if known else 0)
        if total > MOST_PER_LINE:
            _refuse(TooMany, one, "quantity")
        found[one.price_id] = Wanted(one.price_id, total, (known or one).place)
    return list(found.values())


def _find(wanted: Wanted) -> Good:
    try:
        price = prices.sellable(wanted.price_id)
    except NotForSale:
        _refuse(NotForSale, wanted)
    if price.is_recurring:
        _refuse(IsSubscription, wanted)
    if price.variant.available == 0:
        _refuse(SoldOut, wanted)
    return Good(price, wanted)


def _refuse(error: type[ShopError], wanted: Wanted, field: str = "priceId") -> NoReturn:
    raise error(None, **{wanted.place + field: [error.message]})
