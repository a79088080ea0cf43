"""Reads snapshots from SQL: of all published products, or of some."""

from array import array
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, String, case, func, select, true, type_coerce

from shop.catalog.models import Price, Product, Status, Variant, product_categories
from shop.db import session
from shop.search import bits, categories
from shop.search.categories import Branch
from shop.search.snapshot import UNPRICED, Columns, Snapshot


def read(currency: str, only: Collection[int] | None = None) -> Snapshot:
    """:param only: read just these products, of those that are published."""
    ids, kinds, brands, titles, dates = _products(only)
    lowest, variants = _lowest_prices(currency, only), _variant_counts(only)
    columns = Columns(
        ids=list(ids),
        published=array("d", map(_seconds, dates)),
        names=[title.casefold() for title in titles],
        prices=array("q", [lowest.get(id_, UNPRICED) for id_ in ids]),
        variants=array("I", [variants.get(id_, 1) for id_ in ids]),
    )
    slots, tree = dict(zip(ids, range(len(ids)), strict=True)), categories.load()
    return Snapshot(
        columns=columns,
        everything=bits.everything(len(ids)),
        values={
            "category": _category_sets(slots, tree, only),
            "kind": _sets(kinds),
            "brand": _sets(brands),
        },
        orders=_orders(columns),
        tree=tree,
        slots=slots,
    )


def _products(only: Collection[int] | None) -> Sequence[Sequence[Any]]:
    """Columns of all that is published, the newest first.

    From the table: objects and enumerations double the time.
    """
    table = Product.metadata.tables["products"].c
    columns = (table.id, type_coerce(table.kind, String), table.brand, table.title)
    rows: Any = session.execute(
        select(*columns, table.published_at)
        .where(table.status == Status.PUBLISHED, _among(table.id, only))
        .order_by(table.published_at.desc().nulls_last(), table.id.desc())
    ).all()
    return tuple(zip(*rows, strict=True)) or ((), (), (), (), ())


def _seconds(published_at: datetime | None) -> float:
    return published_at.timestamp() if published_at else 0.0


def _orders(columns: Columns) -> dict[str, "array[int]"]:
    """What is equal stays in its order, the newest first; sorting by `ranks` takes far longer."""
    slots, prices = range(len(columns.ids)), columns.prices
    dearest = [-1 if price == UNPRICED else price for price in prices]
    return {
        "newest": array("I", slots),
        "title": array("I", sorted(slots, key=columns.names.__getitem__)),
        "price": array("I", sorted(slots, key=prices.__getitem__)),
        "-price": array("I", sorted(slots, key=dearest.__getitem__, reverse=True)),
    }


def _lowest_prices(currency: str, only: Collection[int] | None) -> dict[int, int]:
    prices, variants = Price.metadata.tables["prices"].c, Variant.metadata.tables["variants"].c
    once = case((prices.interval.is_(None), prices.unit_amount))
    rows = session.execute(
        select(variants.product_id, func.coalesce(func.min(once), func.min(prices.unit_amount)))
        .where(prices.variant_id == variants.id, prices.is_active, prices.currency == currency)
        .where(_among(variants.product_id, only))
        .group_by(variants.product_id)
    )
    return dict(map(tuple, rows))


def _variant_counts(only: Collection[int] | None) -> dict[int, int]:
    """Of the products that have more than one."""
    variants = Variant.metadata.tables["variants"].c
    rows = session.execute(
        select(variants.product_id, func.count())
        .where(_among(variants.product_id, only))
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


def _category_sets(
    slots: Mapping[int, int], tree: Mapping[str, Branch], only: Collection[int] | None
) -> dict[str, int]:
    """A category has the products of all categories below it too."""
    links = product_categories.c
    query = select(links.product_id, links.category_id).where(_among(links.product_id, only))
    members: dict[int, list[int]] = defaultdict(list)
    for product_id, category_id in session.execute(query):
        if product_id in slots:
            members[category_id].append(slots[product_id])
    sets = dict.fromkeys(tree, 0)
    for branch in tree.values():
        own = bits.of(members[branch.id], len(slots))
        for slug in branch.path:
            sets[slug] |= own
    return sets


def _among(column: Any, only: Collection[int] | None) -> ColumnElement[bool]:
    return true() if only is None else column.in_(only)
