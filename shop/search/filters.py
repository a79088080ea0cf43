"""What a visitor asks of a list, read from the address. Nothing in it can break the page."""

import re
from collections.abc import Hashable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from decimal import Decimal

from werkzeug.datastructures import MultiDict

from shop import money
from shop.errors import BadInput
from shop.search.words import LONGEST_QUERY

FACETS = {"category": "Category", "kind": "Kind", "brand": "Brand", "availability": "Availability"}
PRICE = "price"
SORTS = {
    "relevance": "Best match",
    "newest": "Newest",
    "price": "Price, low to high",
    "-price": "Price, high to low",
    "title": "Name",
}
LARGEST_AMOUNT = 2**31 - 1
MOST_VALUES = 50

_PRICE = re.compile(r"\d{1,9}(?:[.,]\d{1,3})?", re.ASCII)


Arguments = MultiDict[str, str]


@dataclass(frozen=True)
class Wanted:
    text: str = ""
    chosen: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """By facet; a product has to have one value of each."""
    lowest: int | None = None
    highest: int | None = None
    """Minor units, both included."""
    sort: str = "newest"
    page: int = 1
    within: str | None = None
    """The slug of the category whose page this is."""
    errors: Mapping[str, str] = field(default_factory=dict)

    @property
    def question(self) -> tuple[Hashable, ...]:
        """All that decides which products are left and how the facets count them."""
        chosen = tuple(tuple(self.chosen.get(name, ())) for name in FACETS)
        return self.text, chosen, self.lowest, self.highest, self.within

    @property
    def is_filtered(self) -> bool:
        prices = (self.lowest, self.highest)
        return any(self.chosen.values()) or any(price is not None for price in prices)


def read(arguments: Arguments, currency: str, within: str | None = None) -> Wanted:
    """From a page's address: prices in major units. What cannot be read is left out, and said."""
    text = clean(arguments.get("q", ""))
    errors: dict[str, str] = {}
    return Wanted(
        text=text,
        chosen=read_chosen(arguments),
        lowest=_price(arguments, "price_min", currency, errors),
        highest=_price(arguments, "price_max", currency, errors),
        sort=read_sort(arguments.get("sort", ""), text),
        page=_page(arguments.get("page", "1")),
        within=within,
        errors=errors,
    )


def clean(text: str) -> str:
    """One line of at most so many characters, none of them invisible."""
    visible = "".join(sign if sign.isprintable() else " " for sign in text[: 4 * LONGEST_QUERY])
    return " ".join(visible.split())[:LONGEST_QUERY]


def read_chosen(arguments: Arguments) -> dict[str, Sequence[str]]:
    return {name: _distinct(map(clean, arguments.getlist(name)[:MOST_VALUES])) for name in FACETS}


def read_sort(name: str, text: str) -> str:
    """Relevance needs words; any unknown order is the usual one."""
    usual = "relevance" if text else "newest"
    return name if name in SORTS and (text or name != "relevance") else usual


def _distinct(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(value for value in dict.fromkeys(values) if value)


def _page(text: str) -> int:
    return max(1, int(text)) if text.isascii() and text.isdigit() and len(text) < 10 else 1


def _price(arguments: Arguments, name: str, currency: str, errors: dict[str, str]) -> int | None:
    text = clean(arguments.get(name, ""))
    if not text:
        return None
    try:
        return _amount(text, currency)
    except BadInput as error:
        errors[name] = error.detail
        return None


def _amount(text: str, currency: str) -> int:
    """Minor units of what was typed; a comma may stand for the point.

    :raises BadInput: when it is no price.
    """
    amount = -1
    if _PRICE.fullmatch(text):
        with suppress(ValueError):  # more decimals than the currency has
            amount = money.to_minor(Decimal(text.replace(",", ".")), currency)
    if not 0 <= amount <= LARGEST_AMOUNT:
        raise BadInput(f"“{text[:20]}” is not a price. Write it like 25 or 25.50.")
    return amount
