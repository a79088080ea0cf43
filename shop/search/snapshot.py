"""What lists, filters and facets need to know of every published product.

Counting facets and sorting a hundred thousand products in SQL takes a quarter of a second for each
request. So each process keeps the answer (see `shop.search.snapshots`). Stock changes with every
sale and is brought up to date apart from the rest (see `shop.search.pulse`).
"""

from array import array
from bisect import bisect_left, bisect_right, insort
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from shop.search import bits
from shop.search.answers import Answers
from shop.search.categories import Branch

ANSWERS = 256
UNPRICED = 2**63 - 1


@dataclass(frozen=True)
class Columns:
    """Product k of `ids` is at slot k of every column and of every set, see `shop.search.bits`."""

    ids: list[int]
    published: "array[float]"
    """Seconds; 0 when nobody knows."""
    names: list[str]
    """Titles, as they are sorted."""
    prices: "array[int]"
    """As on the cards, the lowest: one-time before recurring; minor units or `UNPRICED`."""
    variants: "array[int]"
    """How many."""

    def __add__(self, more: "Columns") -> "Columns":
        return Columns(
            self.ids + more.ids,
            self.published + more.published,
            self.names + more.names,
            self.prices + more.prices,
            self.variants + more.variants,
        )

    def newest(self, slot: int) -> tuple[Any, ...]:
        return -self.published[slot], -self.ids[slot]

    def title(self, slot: int) -> tuple[Any, ...]:
        return self.names[slot], *self.newest(slot)

    def price(self, slot: int) -> tuple[Any, ...]:
        return self.prices[slot], *self.newest(slot)

    def dearest(self, slot: int) -> tuple[Any, ...]:
        """What has no price comes last here too."""
        price = self.prices[slot]
        return price == UNPRICED, -price, *self.newest(slot)

    @property
    def ranks(self) -> dict[str, Callable[[int], tuple[Any, ...]]]:
        """For each order what it sorts the slots by."""
        return {
            "newest": self.newest,
            "title": self.title,
            "price": self.price,
            "-price": self.dearest,
        }


@dataclass(frozen=True)
class Snapshot:
    columns: Columns
    everything: int
    """The set of what is published. The other slots are of products as they were before."""
    values: Mapping[str, Mapping[str, int]]
    """Facet, value, and the set of products that have it."""
    orders: Mapping[str, "array[int]"]
    """Slots by `newest`, `title`, `price` and `-price`; what has no price comes last."""
    tree: Mapping[str, Branch]
    slots: Mapping[int, int]
    answers: Answers[Any] = field(default_factory=lambda: Answers(ANSWERS), compare=False)
    """What was found out about this very snapshot."""

    @property
    def ids(self) -> Sequence[int]:
        return self.columns.ids

    @property
    def size(self) -> int:
        return len(self.columns.ids)

    def of(self, product_ids: Iterable[int]) -> int:
        """The set of these products; those that are not published are left out."""
        slots = map(self.slots.get, product_ids)
        return bits.of((slot for slot in slots if slot is not None), self.size)

    def ids_of(self, products: int) -> list[int]:
        return bits.chosen(self.ids, products)

    def with_stock(self, empty_variants: Mapping[int, int]) -> "Snapshot":
        """The same products with other `availability`.

        :param empty_variants: see `Pulse`.
        """
        slots, variants = self.slots, self.columns.variants
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
        order, price = self.orders["price"], self.columns.prices.__getitem__
        start = 0 if lowest is None else bisect_left(order, lowest, key=price)
        end = bisect_right(order, UNPRICED - 1 if highest is None else highest, key=price)
        return bits.of(order[start:end], self.size)

    def renewed(self, changed: Collection[int], fresh: "Snapshot") -> "Snapshot":
        """As if all were read again.

        :param fresh: those of the changed products that are published now; they get slots of their
            own, behind all others.
        """
        columns, left = self.columns + fresh.columns, self.everything & ~self.of(changed)
        slots = dict(self.slots)
        for id_ in changed:
            slots.pop(id_, None)
        slots |= {id_: self.size + slot for id_, slot in fresh.slots.items()}
        values = {name: self._join(left, name, fresh) for name in ("kind", "brand")}
        tree = {slug: self._joined(left, "category", slug, fresh) for slug in fresh.tree}
        return Snapshot(
            columns=columns,
            everything=left << fresh.size | fresh.everything,
            values={"category": tree, **values},
            orders=self._orders(changed, columns),
            tree=fresh.tree,
            slots=slots,
        )

    def _join(self, left: int, facet: str, fresh: "Snapshot") -> dict[str, int]:
        """Its values that a product has."""
        values = sorted(self.values[facet].keys() | fresh.values[facet].keys())
        sets = {value: self._joined(left, facet, value, fresh) for value in values}
        return {value: products for value, products in sets.items() if products}

    def _joined(self, left: int, facet: str, value: str, fresh: "Snapshot") -> int:
        before = self.values[facet].get(value, 0) & left
        return before << fresh.size | fresh.values[facet].get(value, 0)

    def _orders(self, changed: Iterable[int], columns: Columns) -> dict[str, "array[int]"]:
        """Every old slot is taken out, every new one put at its place."""
        gone = [self.slots[id_] for id_ in changed if id_ in self.slots]
        orders = {}
        for name, rank in columns.ranks.items():
            order = self.orders[name][:]
            for slot in gone:
                del order[bisect_left(order, rank(slot), key=rank)]
            for slot in range(self.size, len(columns.ids)):
                insort(order, slot, key=rank)
            orders[name] = order
        return orders
