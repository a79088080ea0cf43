"""Which products a visitor's filters leave, and how many each further value would leave."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from shop.search.filters import FACETS, PRICE, Wanted
from shop.search.snapshot import Snapshot

KINDS = {"physical": "Goods", "digital": "Downloads", "license": "Licenses"}
AVAILABILITIES = {"in_stock": "In stock", "sold_out": "Sold out"}
MOST_BRANDS = 12


@dataclass(frozen=True)
class Option:
    value: str
    label: str
    count: int
    is_chosen: bool


@dataclass(frozen=True)
class Facet:
    name: str
    label: str
    options: Sequence[Option]


@dataclass(frozen=True)
class Narrowed:
    products: int
    """The set that is left."""
    facets: Sequence[Facet]
    without: Mapping[str, int]
    """For each filter in use, how many products there would be without it."""


def narrow(snapshot: Snapshot, hits: int, wanted: Wanted) -> Narrowed:
    """A value counts what it would show beside the filters of the other facets."""
    filters = _filters(snapshot, wanted)
    others = {name: _all_but(name, filters, hits) for name in (*FACETS, PRICE)}
    facets = tuple(
        Facet(name, label, _options(snapshot, name, others[name], wanted))
        for name, label in FACETS.items()
    )
    without = {name: others[name].bit_count() for name in filters}
    return Narrowed(_all_but("", filters, hits), facets, without)


def label(snapshot: Snapshot, name: str, value: str, within: str | None = None) -> str:
    """A facet's value in words: a category with those above it, up to the page it is shown on."""
    if name == "category" and value in snapshot.tree:
        path = snapshot.tree[value].path
        start = path.index(within) + 1 if within in path[:-1] else 0
        return " / ".join(snapshot.tree[slug].name for slug in path[start:])
    known = {"kind": KINDS, "availability": AVAILABILITIES}.get(name, {})
    return known.get(value, value)


def _filters(snapshot: Snapshot, wanted: Wanted) -> dict[str, int]:
    """The products that each filter in use lets through."""
    filters = {}
    for name in FACETS:
        if chosen := wanted.chosen.get(name):
            filters[name] = 0
            for value in chosen:
                filters[name] |= snapshot.values[name].get(value, 0)
    if wanted.lowest is not None or wanted.highest is not None:
        filters[PRICE] = snapshot.priced(wanted.lowest, wanted.highest)
    return filters


def _all_but(name: str, filters: Mapping[str, int], products: int) -> int:
    for other, allowed in filters.items():
        if other != name:
            products &= allowed
    return products


def _options(snapshot: Snapshot, name: str, products: int, wanted: Wanted) -> tuple[Option, ...]:
    chosen = wanted.chosen.get(name, ())
    sets = snapshot.values[name]
    sizes = map(int.bit_count, map(products.__and__, sets.values()))
    counts = dict(zip(sets, sizes, strict=True))
    offered = [value for value, count in counts.items() if count or value in chosen]
    if name == "category":
        offered = [one for one in offered if one in chosen or _is_near(snapshot, one, wanted)]
    elif name == "brand":
        offered.sort(key=lambda value: (value not in chosen, -counts[value], value))
        offered = offered[: max(MOST_BRANDS, len(chosen))]
    return tuple(
        Option(
            value,
            label(snapshot, name, value, wanted.within),
            counts[value],
            is_chosen=value in chosen,
        )
        for value in offered
    )


def _is_near(snapshot: Snapshot, slug: str, wanted: Wanted) -> bool:
    """Whether the category is one level below the page, or below one that is chosen."""
    above = (None, *snapshot.tree[slug].path)[-2]
    return above == wanted.within or above in wanted.chosen.get("category", ())
