"""Addresses of lists: what is wanted, written so that `filters.read` reads the same again."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from shop import money
from shop.search.facets import label
from shop.search.filters import FACETS, PRICE, Wanted
from shop.search.listing import Listing


@dataclass(frozen=True)
class Pill:
    """A filter in use, and the address without it."""

    name: str
    label: str
    url: str


def link(path: str, wanted: Wanted, currency: str) -> str:
    parameters = list(_parameters(wanted, currency))
    return f"{path}?{urlencode(parameters)}" if parameters else path


def _parameters(wanted: Wanted, currency: str) -> Iterator[tuple[str, str]]:
    if wanted.text:
        yield "q", wanted.text
    for name in FACETS:
        for value in wanted.chosen.get(name, ()):
            yield name, value
    for name, amount in (("price_min", wanted.lowest), ("price_max", wanted.highest)):
        if amount is not None:
            yield name, major(amount, currency)
    if wanted.sort != ("relevance" if wanted.text else "newest"):
        yield "sort", wanted.sort
    if wanted.page > 1:
        yield "page", str(wanted.page)


def major(amount: int | None, currency: str) -> str:
    """As typed into a field: 25 or 25.50."""
    if amount is None:
        return ""
    number = money.to_decimal(amount, currency)
    return str(int(number)) if number == int(number) else str(number)


def pills(path: str, listing: Listing, currency: str) -> list[Pill]:
    wanted = replace(listing.wanted, page=1)
    found = []
    for name in FACETS:
        chosen = wanted.chosen.get(name, ())
        for value in chosen:
            rest = [other for other in chosen if other != value]
            fewer = replace(wanted, chosen={**wanted.chosen, name: rest})
            text = label(listing.snapshot, name, value, wanted.within)
            found.append(Pill(name, text, link(path, fewer, currency)))
    if text := _price_words(wanted, currency):
        free = replace(wanted, lowest=None, highest=None)
        found.append(Pill(PRICE, text, link(path, free, currency)))
    return found


def _price_words(wanted: Wanted, currency: str) -> str:
    lowest, highest = wanted.lowest, wanted.highest
    if lowest is not None and highest is not None:
        return f"{money.show(lowest, currency)} to {money.show(highest, currency)}"
    if lowest is not None:
        return f"From {money.show(lowest, currency)}"
    return f"Up to {money.show(highest, currency)}" if highest is not None else ""
