"""What lists, filters and facets need to know of every published product, read from SQL at once.

Counting facets and sorting a hundred thousand products in SQL takes a quarter of a second for each
request. So each process keeps the answer and reads it again when a product has changed. Stock
changes with every sale and is brought up to date apart from the rest (see `shop.search.pulse`).
"""

from array import array
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from sqlalchemy import String, case, func, select, type_coerce

from shop.catalog.models import Price, Product, Status, Variant, product_categories
from shop.db import session
from shop.search import bits, categories
from shop.search.answers import Answers
from shop.search.categories import Branch

ANSWERS = 256
UNPRICED = 2**63


@dataclass(frozen=True)
class Snapshot:
    """Product k of `ids` is at slot k of every set, see `shop.search.bits`."""

    ids: Sequence[int]
    variants: Sequence[int]
    values: Mapping[str, Mapping[str, int]]
    """Facet, value, and the set of products that have it."""
    orders: Mapping[str, Sequence[int]]
    """Slots by `newest`, `title`, `price` and `-price`; what has no price comes last."""
    tree: Mapping[str, Branch]
    slots: Mapping[int, int]
    amounts: Sequence[int]
    """Prices as on the cards, the lowest first: one-time before recurring; minor units."""
    answers: Answers[Any] = field(default_factory=lambda: Answers(ANSWERS), compare=False)
    """What was found out about this very snapshot."""

    @property
    def size(self) -> int:
        return len(self.ids)

    @cached_property
    def everything(self) -> int:
        return bits.everything(self.size)

    def of(self, product_ids: Iterable[int]) -> int:
        """The set of these products; those that are not published are left out."""
        known = self.slots
        return bits.of((known[id_] for id_ in product_ids if id_ in known), self.size)

    def ids_of(self, products: int) -> list[int]:
        return bits.chosen(self.ids, products)

    def with_stock(self, empty_variants: Mapping[int, int]) -> "Snapshot":
        """The same products with other `availability`.

        :param empty_variants: see `Pulse`.
        """
        slots, variants = self.slots, self.variants
        sold_out = self.of(
            id_
            for id_, count in empty_variants.items()
            if id_ in slots and count >= variants[slots[id_]]
        )
        availability = {"in_stock": self.everything & ~sold_out, "sold_out": sold_out}
        values = {**self.values, "availability": availability}
        return replace(self, values=values, answers=Answers(ANSWERS))

    def priced(self, lowest: int | None, highest: int | None) -> int:
        """The set of products whose lowest price is in the range, both ends included."""
        start = 0 if lowest is None else bisect_left(self.amounts, lowest)
        end = len(self.amounts) if highest is None else bisect_right(self.amounts, highest)
        return bits.of(self.orders["price"][start:end], self.size)


def read(currency: str) -> Snapshot:
    ids, kinds, brands, titles = _products()
    lowest, variants = _lowest_prices(currency), _variant_counts()
    prices = [lowest.get(id_) for id_ in ids]
    cheapest = [UNPRICED if amount is None else amount for amount in prices]
    dearest = [-1 if amount is None else amount for amount in prices]
    names = [title.casefold() for title in titles]
    slots = range(len(ids))
    places = dict(zip(ids, slots, strict=True))
    tree = categories.load()
    return Snapshot(
        ids=ids,
        variants=[variants.get(id_, 1) for id_ in ids],
        values={
            "category": _category_sets(places, tree),
            "kind": _sets(kinds),
            "brand": _sets(brands),
        },
        orders={
            "newest": slots,
            "title": array("I", sorted(slots, key=names.__getitem__)),
            "price": array("I", sorted(slots, key=cheapest.__getitem__)),
            "-price": array("I", sorted(slots, key=dearest.__getitem__, reverse=True)),
        },
        tree=tree,
        slots=places,
        amounts=array("q", sorted(amount for amount in prices if amount is not None)),
    )


def _products() -> Sequence[Sequence[Any]]:
    """Columns of all that is published, the newest first.

    From the table: objects and enumerations double the time.
    """
    table = Product.metadata.tables["products"].c
    rows = session.execute(
        select(table.id, type_coerce(table.kind, String), table.brand, table.title)
        .where(table.status == Status.PUBLISHED)
        .order_by(table.published_at.desc(), table.id.desc())
    ).all()
    return tuple(zip(*rows, strict=True)) or ((), (), (), ())


def _lowest_prices(currency: str) -> dict[int, int]:
    prices, variants = Price.metadata.tables["prices"].c, Variant.metadata.tables["variants"].c
    once = case((prices.interval.is_(None), prices.unit_amount))
    rows = session.execute(
        select(variants.product_id, func.coalesce(func.min(once), func.min(prices.unit_amount)))
        .where(prices.variant_id == variants.id, prices.is_active, prices.currency == currency)
        .group_by(variants.product_id)
    )
    return dict(map(tuple, rows))


def _variant_counts() -> dict[int, int]:
    """Of the products that have more than one."""
    variants = Variant.metadata.tables["variants"].c
    rows = session.execute(
        select(variants.product_id, func.count())
        .group_by(variants.product_id)
        .having(func.count() > 1)
    )
    return dict(map(tuple, rows))


def _sets(values: Sequence[str]) -> dict[str, int]:
    """For each value the set of slots that have it; an empty text is no value."""
    members: dict[str, list[int]] = {}
    for slot, value in enumerate(values):
        members.setdefault(value, []).append(slot)
    members.pop("", None)
    return {value: bits.of(slots, len(values)) for value, slots in sorted(members.items())}


def _category_sets(slots: Mapping[int, int], tree: Mapping[str, Branch]) -> dict[str, int]:
    """A category has the products of all categories below it too."""
    links = product_categories.c
    members: dict[int, list[int]] = defaultdict(list)
    for product_id, category_id in session.execute(select(links.product_id, links.category_id)):
        if product_id in slots:
            members[category_id].append(slots[product_id])
    sets = dict.fromkeys(tree, 0)
    for branch in tree.values():
        own = bits.of(members[branch.id], len(slots))
        for slug in branch.path:
            sets[slug] |= own
    return sets
