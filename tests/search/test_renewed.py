"""A snapshot that follows changes is the one that would be read now."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select, update

from shop.catalog.models import Category, Kind, Product, Status
from shop.db import commit, session, utcnow
from shop.search import changes, published, writer
from shop.search.changes import Changes
from shop.search.models import KEPT, SearchChange
from shop.search.snapshot import UNPRICED, Snapshot
from tests.factories import make_price, make_product, make_variant

PRODUCTS = 5
NOW = utcnow()
TITLES, BRANDS = ["lamp", "Desk", "LAMP", "Äpfel"], ["", "Acme", "Bolt", "Zorn"]


def _pick_categories(product: Product, value: int) -> None:
    known = session.scalars(select(Category).order_by(Category.id)).all()
    product.categories = list(known[value % 2 : 1 + value])


def _price(product: Product, value: int) -> None:
    if not product.variants:
        make_variant(product=product)
    variant = product.variants[0]
    for price in variant.prices:
        price.is_active = False
    if value:
        make_price(variant=variant, unit_amount=100 * value)


STEPS: dict[str, Callable[[Product, int], Any]] = {
    "publish or not": lambda product, value: setattr(product, "status", list(Status)[value % 3]),
    "title": lambda product, value: setattr(
        product, "title", ["lamp", "Desk", "LAMP", "Äpfel"][value]
    ),
    "brand": lambda product, value: setattr(product, "brand", BRANDS[value]),
    "kind": lambda product, value: setattr(product, "kind", list(Kind)[value % 3]),
    "date": lambda product, value: setattr(
        product, "published_at", NOW + timedelta(microseconds=value) if value else None
    ),
    "price": _price,
    "variant": lambda product, value: make_variant(product=product),
    "categories": _pick_categories,
    "category": lambda product, value: session.get_one(Category, 2).__setattr__(
        "parent_id", 1 if value % 2 else None
    ),
    "delete": lambda product, value: session.delete(product),
    "new": lambda product, value: make_product(title="Desk", published_at=NOW),
}

Step = tuple[str, int, int]
steps = st.lists(
    st.tuples(st.sampled_from(sorted(STEPS)), st.integers(0, PRODUCTS - 1), st.integers(0, 3)),
    min_size=1,
    max_size=6,
)


def take(step: Step) -> None:
    name, which, value = step
    products = session.scalars(select(Product).order_by(Product.id)).all()
    if name == "new" or which < len(products):
        STEPS[name](products[which % len(products)] if products else Product(), value)
    commit()


def told(snapshot: Snapshot) -> dict[str, Any]:
    """All that lists can see of it, wherever its slots are."""
    columns = snapshot.columns
    return {
        "products": sorted(snapshot.ids_of(snapshot.everything)),
        "values": [
            (facet, value, sorted(snapshot.ids_of(products)))
            for facet, sets in snapshot.values.items()
            for value, products in sets.items()
        ],
        "orders": {
            name: [snapshot.ids[slot] for slot in order] for name, order in snapshot.orders.items()
        },
        "prices": {
            price: sorted(snapshot.ids_of(snapshot.priced(price, price + 100)))
            for price in (0, 100, 150, 200)
        },
        "above": sorted(snapshot.ids_of(snapshot.priced(101, None))),
        "columns": {
            id_: (columns.names[slot], columns.prices[slot], columns.variants[slot])
            for id_, slot in snapshot.slots.items()
        },
        "tree": list(snapshot.tree.items()),
    }


def start_anew() -> None:
    session.execute(delete(Product))
    session.execute(delete(Category))
    session.add(Category(id=1, slug="lamps", name="Lamps"))
    session.add(Category(id=2, slug="desk-lamps", name="Desk lamps", parent_id=1))
    session.flush()
    for _ in range(PRODUCTS - 1):
        product = make_product(published_at=NOW)
    _pick_categories(product, 1)
    commit()


@settings(max_examples=60, deadline=None)
@given(rounds=st.lists(steps, min_size=1, max_size=3))
def check_rounds(rounds: list[list[Step]]) -> None:
    start_anew()
    seen = changes.read()
    snapshot = published.read("EUR")
    for taken in rounds:
        for step in taken:
            take(step)
        now = changes.read()
        ids = now.since(seen)
        assert ids is not None
        snapshot, seen = snapshot.renewed(ids, published.read("EUR", ids)), now
        assert told(snapshot) == told(published.read("EUR"))


@pytest.mark.usefixtures("either_app")
def test_whatever_changes_it_is_as_if_all_were_read() -> None:
    check_rounds()


def test_sold_out_is_told_of_renewed_products_too(app: Flask) -> None:
    variant = make_variant(stock=1)
    before, ids = published.read("EUR"), {variant.product_id}

    renewed = before.renewed(ids, published.read("EUR", ids)).with_stock({variant.product_id: 1})

    availability = renewed.values["availability"]
    assert renewed.ids_of(availability["sold_out"]) == [variant.product_id]
    assert renewed.ids_of(availability["in_stock"]) == []
    assert renewed.columns.prices[-1] == UNPRICED


def test_what_is_committed_late_changed_since_too() -> None:
    before = Changes({1: NOW, 2: NOW, 3: NOW}, is_whole=True)
    earlier, later = NOW - timedelta(seconds=9), NOW + timedelta(seconds=9)
    now = Changes({1: NOW, 2: earlier, 3: later, 4: earlier}, is_whole=True)

    assert now.since(before) == {2, 3, 4}


@pytest.mark.parametrize("is_whole", [(True, False), (False, True)])
def test_of_too_many_changes_no_account_is_kept(is_whole: tuple[bool, bool]) -> None:
    before, now = (Changes({}, is_whole=one) for one in is_whole)

    assert now.since(before) is None


def test_what_changed_since_long_ago_is_not_known() -> None:
    before, now = (Changes({1: at}, is_whole=True, seen_at=at) for at in (NOW, NOW + KEPT))

    assert now.since(before) is None


def test_changes_are_forgotten_when_they_are_indexed_and_old(app: Flask) -> None:
    waiting, recent, old = make_product().id, make_product().id, make_product().id
    for id_, age in ((recent, KEPT / 2), (old, KEPT * 2)):
        done = update(SearchChange).where(SearchChange.product_id == id_)
        session.execute(done.values(indexed_at=utcnow() - age))
    commit()

    writer.forget()

    assert changes.read().latest.keys() == {waiting, recent}
