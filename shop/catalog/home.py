"""What the front page shows."""

from collections import defaultdict
from dataclasses import dataclass

from sqlalchemy import Row, bindparam, select

from shop.catalog import remembered
from shop.catalog.cards import ProductView, cards
from shop.catalog.models import Category, Product, Status, product_categories
from shop.catalog.shelf import category_url
from shop.db import session

CategoryFound = Row[int, int | None, str, str]

CARDS = 4
ROWS = 3

_newest = (
    select(Product.id)
    .where(Product.status == Status.PUBLISHED)
    .order_by(Product.published_at.desc(), Product.id.desc())
    .limit(CARDS)
)
_categories = select(Category.id, Category.parent_id, Category.name, Category.slug).order_by(
    Category.position, Category.name
)
_newest_in = (
    select(product_categories.c.product_id)
    .where(product_categories.c.category_id.in_(bindparam("ids", expanding=True)))
    .distinct()
    .order_by(product_categories.c.product_id.desc())
    .limit(2 * CARDS)  # some may be drafts
)


@dataclass(frozen=True, slots=True)
class CategoryRow:
    name: str
    url: str
    products: list[ProductView]


@dataclass(frozen=True, slots=True)
class FrontPage:
    newest: list[ProductView]
    rows: list[CategoryRow]


def front_page(currency: str) -> FrontPage:
    """The newest products, and the newest of the first top categories that hold something."""
    remembered.current()  # before the first question, so that nothing read is older
    newest = session.scalars(_newest).all()
    shelves = _shelves()
    ids = {*newest, *(id for _, members in shelves for id in members)}
    found = {card.id: card for card in cards(list(ids), currency)}
    rows = [
        CategoryRow(one.name, category_url(one.slug), [found[id] for id in members if id in found])
        for one, members in shelves
    ]
    return FrontPage(
        [found[id] for id in newest],
        [CategoryRow(row.name, row.url, row.products[:CARDS]) for row in rows if row.products],
    )


def _shelves() -> list[tuple[CategoryFound, list[int]]]:
    """Top categories, each with the ids of its newest products and those of its subcategories."""
    categories = session.execute(_categories).all()
    family = defaultdict(list)
    for category in categories:
        family[category.parent_id or category.id].append(category.id)
    shelves: list[tuple[CategoryFound, list[int]]] = []
    for category in categories:
        if category.parent_id is None and len(shelves) < ROWS:
            members = session.scalars(_newest_in, {"ids": family[category.id]}).all()
            if members:
                shelves.append((category, list(members)))
    return shelves
