"""Products whole, for pages and the API, and their addresses."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote

from sqlalchemy import ColumnElement, Select
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from shop.catalog.models import (
    Category,
    Price,
    Product,
    Variant,
    product_categories,
)
from shop.db import session
from shop.errors import NotFound


@dataclass(frozen=True, slots=True)
class ImageView:
    url: str
    alt: str
    width: int
    height: int


def load(ids: Sequence[int]) -> list[Product]:
    """The published products of these ids, in this order, with all that `api.product_out` needs.

    Three queries.
    """
    found = {one.id: one for one in session.scalars(LIST.where(Product.id.in_(ids))).unique()}
    return [found[id] for id in ids if id in found]


def find(which: ColumnElement[bool]) -> Product:
    """The published product that meets the condition, with all that its page shows. Two queries.

    :raises NotFound: also for drafts and what was archived.
    """
    product = session.scalars(PAGE.where(which)).unique().first()
    if product is None:
        raise NotFound
    return product


def has_slug(text: str) -> ColumnElement[bool]:
    return Product.slug == askable(text)


def askable(text: str) -> str:
    """PostgreSQL has no NUL in its texts and would refuse the question."""
    return text.replace("\0", "\N{REPLACEMENT CHARACTER}")


def media_url(path: str) -> str:
    return f"/media/{quote(path)}"


def product_url(slug: str) -> str:
    return f"/products/{quote(slug)}"


def category_url(slug: str) -> str:
    return f"/categories/{quote(slug)}"


def period(interval: str, count: int) -> str:
    """What follows the stroke in `€12.00 / month` or `€30.00 / 3 months`."""
    return str(interval) if count == 1 else f"{count} {interval}s"


def _whole_product() -> Select[Product]:
    """With categories, variants and active prices.

    The joins are spelled out: for the nested one of `joinedload`, SQLite reads every link there is.
    """
    links = product_categories.c
    return (
        Product.published()
        .outerjoin(product_categories, links.product_id == Product.id)
        .outerjoin(Category, Category.id == links.category_id)
        .order_by(Category.id)
        .options(
            contains_eager(Product.categories),
            selectinload(Product.variants).joinedload(Variant.prices.and_(Price.is_active)),
        )
    )


# made once: putting a statement together takes longer than SQLite takes to answer it
PAGE = _whole_product().options(joinedload(Product.images))
LIST = _whole_product().options(selectinload(Product.images))
