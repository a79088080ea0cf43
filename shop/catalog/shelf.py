"""Products as the shop shows them: cards from plain rows, whole products for pages and the API."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from operator import attrgetter
from typing import Any
from urllib.parse import quote

from sqlalchemy import ColumnElement, Row, Select, bindparam, select
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from shop import money
from shop.catalog.models import (
    Category,
    Image,
    Interval,
    Price,
    Product,
    Status,
    Variant,
    product_categories,
)
from shop.db import session
from shop.errors import NotFound

FEW = 3
MOST = 2_000  # cards that are remembered, by the rows they are made of


@dataclass(frozen=True, slots=True)
class ImageView:
    url: str
    alt: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class ProductView:
    """A card; the labels are ready to show."""

    id: int
    url: str
    title: str
    summary: str
    image: ImageView | None
    price_label: str | None
    compare_label: str | None
    from_price: bool
    interval: str | None
    badge: str | None


def cards(products: Sequence[int | Product], currency: str) -> list[ProductView]:
    """In the order given, without those that are not published. One query."""
    ids = [product if isinstance(product, int) else product.id for product in products]
    found = cards_by_id(_CARDS_OF_IDS, currency, ids=ids)
    return [found[id] for id in ids if id in found]


def cards_by_id(rows: Select[Any], currency: str, **parameters: object) -> dict[int, ProductView]:
    """The cards of `CARDS`, narrowed down."""
    products: dict[int, list[Row[Any]]] = {}
    for row in session.execute(rows, {"currency": currency, **parameters}):
        products.setdefault(row.id, []).append(row)
    return {
        id: _card(tuple(prices), currency)
        for id, prices in products.items()
        if prices[0].status is Status.PUBLISHED
    }


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
    """PostgreSQL has no NUL in its texts and would refuse the question."""
    return Product.slug == text.replace("\0", "\N{REPLACEMENT CHARACTER}")


def image_view(image: Image | Row[Any]) -> ImageView:
    return ImageView(media_url(image.path), image.alt, image.width, image.height)


def media_url(path: str) -> str:
    return f"/media/{quote(path)}"


def product_url(slug: str) -> str:
    return f"/products/{quote(slug)}"


def category_url(slug: str) -> str:
    return f"/categories/{quote(slug)}"


def period(interval: Interval, count: int) -> str:
    """What follows the stroke in `€12.00 / month` or `€30.00 / 3 months`."""
    return interval.value if count == 1 else f"{count} {interval.value}s"


def _card_rows() -> Select[Any]:
    """One row for each price; products without one have a row all the same.

    The status is no condition here: SQLite would walk all that is published to find a few ids.
    """
    first_image = (
        select(Image.id)
        .where(Image.product_id == Product.id)
        .order_by(Image.position, Image.id)
        .limit(1)
        .correlate(Product)
        .scalar_subquery()
    )
    shown = Price.is_active & (Price.currency == bindparam("currency"))
    return (
        select(Product.id, Product.status, Product.slug, Product.title, Product.summary)
        .add_columns(Image.path, Image.alt, Image.width, Image.height)
        .add_columns(Price.unit_amount, Price.compare_at_amount)
        .add_columns(Price.interval, Price.interval_count)
        .add_columns(Price.variant_id, Variant.tracks_stock)
        .add_columns((Variant.on_hand - Variant.reserved).label("available"))
        .outerjoin(Image, Image.id == first_image)
        .outerjoin(Variant, Variant.product_id == Product.id)
        .outerjoin(Price, (Price.variant_id == Variant.id) & shown)
    )


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
CARDS = _card_rows()
_CARDS_OF_IDS = CARDS.where(Product.id.in_(bindparam("ids", expanding=True)))
PAGE = _whole_product().options(joinedload(Product.images))
LIST = _whole_product().options(selectinload(Product.images))


@lru_cache(maxsize=MOST)
def _card(rows: tuple[Row[Any], ...], currency: str) -> ProductView:
    first = rows[0]
    prices = [row for row in rows if row.unit_amount is not None]
    once = [row for row in prices if row.interval is None]
    in_stock = [row for row in once if row.available > 0 or not row.tracks_stock]
    offered = in_stock or once or prices
    shown = min(offered, key=attrgetter("unit_amount"), default=None)
    varies = len({row.unit_amount for row in offered}) > 1
    compare = shown and not varies and shown.compare_at_amount
    return ProductView(
        id=first.id,
        url=product_url(first.slug),
        title=first.title,
        summary=first.summary,
        image=image_view(first) if first.path else None,
        price_label=money.show(shown.unit_amount, currency) if shown else None,
        compare_label=money.show(compare, currency) if compare else None,
        from_price=varies,
        interval=period(shown.interval, shown.interval_count) if shown and not once else None,
        badge=_badge(prices),
    )


def _badge(rows: list[Row[Any]]) -> str | None:
    """What the card says about stock, when it is little."""
    if not rows or not all(row.tracks_stock for row in rows):
        return None
    left = sum({row.variant_id: row.available for row in rows}.values())
    if left > FEW:
        return None
    return f"{left} left" if left else "Sold out"
