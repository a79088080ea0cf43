"""Filters and counts against the same questions asked of plain Python objects."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update

from shop.catalog.models import Category, Interval, Kind, Product, Status, Variant
from shop.db import commit, session, utcnow
from shop.search import bits
from shop.search.filters import FACETS, Wanted
from shop.search.listing import Listing, browse
from tests.factories import make_price, make_product, make_variant

PARENTS = {"furniture": None, "light": None, "desk": "furniture", "shelf": "furniture"}


@dataclass(frozen=True)
class Thing:
    """A product as the test sees it."""

    kind: Kind
    brand: str
    category: str
    stock: int | None
    amount: int

    def values(self, facet: str) -> set[str]:
        if facet == "category":
            return {self.category, PARENTS[self.category] or self.category}
        sold_out = self.stock == 0
        return {
            "kind": {self.kind.value},
            "brand": {self.brand} - {""},
            "availability": {"sold_out" if sold_out else "in_stock"},
        }[facet]


things = st.builds(
    Thing,
    st.sampled_from(Kind),
    st.sampled_from(["", "Acme", "Bolt & Söhne", "Céfalù"]),
    st.sampled_from(sorted(PARENTS)),
    st.sampled_from([None, 0, 2]),
    st.integers(0, 5).map(lambda number: number * 100),
)
choices = st.fixed_dictionaries(
    {
        "kind": st.lists(st.sampled_from([kind.value for kind in Kind]), max_size=2),
        "brand": st.lists(st.sampled_from(["Acme", "Céfalù", "Nobody"]), max_size=2),
        "category": st.lists(st.sampled_from([*PARENTS, "nowhere"]), max_size=2),
        "availability": st.lists(st.sampled_from(["in_stock", "sold_out"]), max_size=1),
    }
)
amounts = st.none() | st.integers(0, 600)


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(things, max_size=6), choices, amounts, amounts)
def test_counts_are_those_of_a_plain_filter(
    app: Flask,
    shelf: Sequence[Thing],
    chosen: dict[str, list[str]],
    lowest: int | None,
    highest: int | None,
) -> None:
    places = _save(shelf)
    listing = browse(Wanted(chosen=chosen, lowest=lowest, highest=highest), per_page=100)

    def left(skip: str = "") -> list[Thing]:
        return [
            thing
            for thing in shelf
            if (lowest is None or thing.amount >= lowest)
            and (highest is None or thing.amount <= highest)
            and all(
                thing.values(name) & set(values)
                for name, values in chosen.items()
                if values and name != skip
            )
        ]

    assert [shelf[place] for place in sorted(places[id_] for id_ in listing.ids)] == left()
    assert listing.total == len(left())
    for name in FACETS:
        others = left(skip=name)
        for value, count in _counts(listing, name).items():
            assert count == sum(value in thing.values(name) for thing in others)


def _save(shelf: Sequence[Thing]) -> dict[int, int]:
    """Put these and nothing else into the database; the place on the shelf of each product id."""
    for product in session.scalars(Product.published()):
        product.status = Status.ARCHIVED
    categories = {row.slug: row for row in session.scalars(select(Category))}
    for slug, parent in PARENTS.items():
        if slug not in categories:
            above = categories[parent] if parent else None
            categories[slug] = Category(slug=slug, name=slug.title(), parent=above)
    places = {}
    for place, thing in enumerate(shelf):
        variant = make_variant(stock=thing.stock, product_values={"kind": thing.kind})
        variant.product.brand = thing.brand
        variant.product.categories = [categories[thing.category]]
        make_price(variant=variant, unit_amount=thing.amount)
        places[variant.product_id] = place
    return places


def _counts(listing: Listing, name: str) -> dict[str, int]:
    facet = next(facet for facet in listing.facets if facet.name == name)
    return {option.value: option.count for option in facet.options}


def test_a_product_is_sold_out_when_all_its_variants_are() -> None:
    product = make_product()
    first, second = (make_variant(product=product, stock=1) for _ in range(2))
    make_product()
    assert _counts(browse(Wanted()), "availability") == {"in_stock": 2}

    first.reserved = 1
    commit()
    assert _counts(browse(Wanted()), "availability") == {"in_stock": 2}

    session.execute(update(Variant).where(Variant.id == second.id).values(reserved=1))
    commit()
    assert _counts(browse(Wanted()), "availability") == {"in_stock": 1, "sold_out": 1}


def test_the_price_of_a_product_is_the_one_on_its_card() -> None:
    variant = make_variant()
    for amount, values in (
        (100, {"currency": "USD"}),
        (200, {"is_active": False}),
        (300, {"interval": Interval.MONTH}),
        (5_000, {}),
        (7_000, {}),
    ):
        make_price(variant=variant, unit_amount=amount, **values)

    def fits(lowest: int | None, highest: int | None) -> bool:
        return browse(Wanted(lowest=lowest, highest=highest)).total == 1

    assert fits(5_000, 5_000)
    assert fits(None, 5_000)
    assert not fits(None, 4_999)
    assert not fits(5_001, None)


@pytest.mark.parametrize("others", [0, 100])
def test_orders(others: int) -> None:
    """Few of many are put in order themselves; many are picked out of the order of all."""
    for _ in range(others):
        make_price()
    now = utcnow()
    made = []
    for day, (title, amount) in enumerate([("beta", 300), ("Alpha", 100), ("gamma", 200)]):
        price = make_price(title=title, unit_amount=amount)
        price.variant.product.published_at = now - timedelta(days=day)
        price.variant.product.brand = "Acme"
        made.append(price.variant.product_id)
    made.append(make_product(title="zeta", brand="Acme", published_at=now - timedelta(days=9)).id)
    beta, alpha, gamma, priceless = made
    commit()

    def ids(sort: str) -> Sequence[int]:
        return browse(Wanted(sort=sort, chosen={"brand": ["Acme"]})).ids

    assert ids("newest") == [beta, alpha, gamma, priceless]
    assert ids("title") == [alpha, beta, gamma, priceless]
    assert ids("price") == [alpha, gamma, beta, priceless]
    assert ids("-price") == [beta, gamma, alpha, priceless]


@given(st.sets(st.integers(0, 40)), st.sets(st.integers(0, 40)))
def test_sets_of_bits_are_sets(first: set[int], second: set[int]) -> None:
    one, other = bits.of(first, 41), bits.of(second, 41)

    assert bits.slots(one & other, 41) == sorted(first & second)
    assert bits.slots(one | other, 41) == sorted(first | second)
    assert bits.slots(bits.everything(41) & ~one, 41) == sorted(set(range(41)) - first)
    assert one.bit_count() == len(first)


def test_an_empty_shop_has_empty_sets() -> None:
    assert bits.slots(bits.of([], 0), 0) == []
    assert browse(Wanted()).total == 0
