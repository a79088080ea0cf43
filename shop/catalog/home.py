"""What the front page shows."""

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from shop.catalog.models import Category, Product, Status, product_categories
from shop.catalog.shelf import ProductView, cards, category_url
from shop.db import session

CARDS = 4
ROWS = 3


@dataclass(frozen=True, slots=True)
class CategoryRow:
    name: str
    url: str
    products: list[ProductView]


def front_page(currency: str) -> tuple[list[ProductView], list[CategoryRow]]:
    """The newest products, and the newest of the first top categories. Three queries."""
    newest = list(
        session.scalars(
            select(Product.id)
            .where(Product.status == Status.PUBLISHED)
            .order_by(Product.published_at.desc(), Product.id.desc())
            .limit(CARDS)
        )
    )
    members = _newest_by_category()
    wanted = {*newest, *(id for ids in members.values() for id in ids)}
    found = {card.id: card for card in cards(list(wanted), currency)}
    rows = [
        CategoryRow(name, category_url(slug), [found[id] for id in ids])
        for (slug, name), ids in members.items()
    ]
    return [found[id] for id in newest], rows


def _newest_by_category() -> dict[tuple[str, str], list[int]]:
    """Product ids by (slug, name) of a top category; its subcategories count as it."""
    root = aliased(Category)
    place = func.row_number().over(
        partition_by=root.id, order_by=(Product.published_at.desc(), Product.id.desc())
    )
    ranked = (
        select(root.slug, root.name, root.position, Product.id, place.label("place"))
        .select_from(product_categories)
        .join(Category, Category.id == product_categories.c.category_id)
        .join(root, root.id == func.coalesce(Category.parent_id, Category.id))
        .join(Product, Product.id == product_categories.c.product_id)
        .where(Product.status == Status.PUBLISHED)
        .group_by(root.id, Product.id)
        .subquery()
    )
    columns = ranked.c
    best = select(columns.slug, columns.name, columns.id).where(columns.place <= CARDS)
    members: dict[tuple[str, str], list[int]] = {}
    for slug, name, id in session.execute(
        best.order_by(columns.position, columns.name, columns.place)
    ):
        members.setdefault((slug, name), []).append(id)
    return dict(list(members.items())[:ROWS])
