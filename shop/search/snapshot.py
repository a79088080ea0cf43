"""What lists, filters and facets need to know of every published product, read from SQL at once.

Counting facets and sorting a hundred thousand products in SQL takes a quarter of a second for each
request. So each process keeps the answer and reads it again when a product has changed. Stock is
not kept: it changes with every sale and is asked each time (see `shop.search.pulse`).
"""

import threading
import time
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from flask import current_app
from sqlalchemy import case, func, select

from shop.catalog.models import Price, Product, Status, Variant, product_categories
from shop.db import session
from shop.search import bits, categories
from shop.search.backend import Backend
from shop.search.categories import Branch
from shop.search.pulse import Pulse

OLDEST = 30.0
"""Seconds after which it is read again even if nobody noted a change."""
RHYTHM = 4
"""It is read at most a quarter of the time, however large the catalog and busy its editors."""


@dataclass(frozen=True)
class Snapshot:
    """Product k of `ids` is at slot k of every set, see `shop.search.bits`."""

    ids: Sequence[int]
    prices: Sequence[int | None]
    """As on the cards: the lowest one-time price, else the lowest recurring one; minor units."""
    variants: Sequence[int]
    values: Mapping[str, Mapping[str, int]]
    """Facet, value, and the set of products that have it."""
    orders: Mapping[str, Sequence[int]]
    """Slots by `newest`, `title`, `price` and `-price`; what has no price comes last."""
    tree: Mapping[str, Branch]
    slots: Mapping[int, int] = field(init=False)
    amounts: Sequence[int] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "slots", {id_: slot for slot, id_ in enumerate(self.ids)})
        amounts = [self.prices[slot] for slot in self.orders["price"]]
        priced = [amount for amount in amounts if amount is not None]
        object.__setattr__(self, "amounts", priced)

    @property
    def size(self) -> int:
        return len(self.ids)

    @property
    def everything(self) -> int:
        return bits.everything(self.size)

    def of(self, product_ids: Iterable[int]) -> int:
        """The set of these products; those that are not published are left out."""
        known = self.slots
        return bits.of((known[id_] for id_ in product_ids if id_ in known), self.size)

    def sold_out(self, pulse: Pulse) -> int:
        gone = (
            id_
            for id_, count in pulse.empty_variants.items()
            if id_ in self.slots and count >= self.variants[self.slots[id_]]
        )
        return self.of(gone)

    def priced(self, lowest: int | None, highest: int | None) -> int:
        """The set of products whose lowest price is in the range, both ends included."""
        start = 0 if lowest is None else bisect_left(self.amounts, lowest)
        end = len(self.amounts) if highest is None else bisect_right(self.amounts, highest)
        return bits.of(self.orders["price"][start:end], self.size)


def read(currency: str) -> Snapshot:
    rows = session.execute(
        select(Product.id, Product.kind, Product.brand, Product.title, Product.published_at)
        .where(Product.status == Status.PUBLISHED)
        .order_by(Product.published_at.desc(), Product.id.desc())
    ).all()
    lowest, variants = _lowest_prices(currency), _variant_counts()
    ids = [row.id for row in rows]
    prices = [lowest.get(id_) for id_ in ids]
    titles = [row.title.casefold() for row in rows]
    slots = range(len(ids))
    tree = categories.load()
    by_price = [(amount is None, amount or 0) for amount in prices]
    dearest = [-1 if amount is None else amount for amount in prices]
    return Snapshot(
        ids=ids,
        prices=prices,
        variants=[variants.get(id_, 1) for id_ in ids],
        values={
            "category": _category_sets(ids, tree),
            "kind": _sets([row.kind.value for row in rows]),
            "brand": _sets([row.brand for row in rows]),
        },
        orders={
            "newest": slots,
            "title": sorted(slots, key=titles.__getitem__),
            "price": sorted(slots, key=by_price.__getitem__),
            "-price": sorted(slots, key=dearest.__getitem__, reverse=True),
        },
        tree=tree,
    )


def _lowest_prices(currency: str) -> dict[int, int]:
    once = case((Price.interval.is_(None), Price.unit_amount))
    rows = session.execute(
        select(Variant.product_id, func.coalesce(func.min(once), func.min(Price.unit_amount)))
        .join(Price.variant)
        .where(Price.is_active, Price.currency == currency)
        .group_by(Variant.product_id)
    )
    return {row[0]: row[1] for row in rows}


def _variant_counts() -> dict[int, int]:
    rows = session.execute(select(Variant.product_id, func.count()).group_by(Variant.product_id))
    return {row[0]: row[1] for row in rows}


def _sets(values: Sequence[str]) -> dict[str, int]:
    """For each value the set of slots that have it; an empty text is no value."""
    members: dict[str, list[int]] = {}
    for slot, value in enumerate(values):
        members.setdefault(value, []).append(slot)
    members.pop("", None)
    return {value: bits.of(slots, len(values)) for value, slots in sorted(members.items())}


def _category_sets(ids: Sequence[int], tree: Mapping[str, Branch]) -> dict[str, int]:
    """A category has the products of all categories below it too."""
    columns = product_categories.c
    slots = {id_: slot for slot, id_ in enumerate(ids)}
    members: dict[int, list[int]] = {}
    for product_id, category_id in session.execute(select(columns.product_id, columns.category_id)):
        if product_id in slots:
            members.setdefault(category_id, []).append(slots[product_id])
    sets = dict.fromkeys(tree, 0)
    for branch in tree.values():
        own = bits.of(members.get(branch.id, ()), len(ids))
        for slug in branch.path:
            sets[slug] |= own
    return sets


class Snapshots:
    """The snapshot of this process, shared by its threads."""

    def __init__(self, backend: Backend, currency: str) -> None:
        self._backend = backend
        self._currency = currency
        self._lock = threading.Lock()
        self._kept: Snapshot | None = None
        self._state: object = None
        self._read_at = 0.0
        self._took = 0.0

    def current(self, pulse: Pulse) -> Snapshot:
        """Read again when something changed; the others go on with the old one meanwhile."""
        state = (self._backend.version(), pulse.changes)
        if self._kept is not None and not self._is_due(state):
            return self._kept
        if not self._lock.acquire(blocking=self._kept is None):
            return self._kept  # type: ignore[return-value]  # somebody else is reading
        try:
            started = time.monotonic()
            self._kept = read(self._currency)
            self._read_at, self._state = time.monotonic(), state
            self._took = self._read_at - started
            return self._kept
        finally:
            self._lock.release()

    def _is_due(self, state: object) -> bool:
        age = time.monotonic() - self._read_at
        if age > OLDEST:
            return True
        return state != self._state and (self._took < 0.05 or age > RHYTHM * self._took)


def current(pulse: Pulse) -> Snapshot:
    snapshots: Snapshots = current_app.extensions["search_snapshots"]
    return snapshots.current(pulse)
