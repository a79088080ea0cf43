"""A product's page, read as plain rows by two questions."""

from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import Select, String, bindparam, case, func, or_, select, type_coerce

from shop.catalog import remembered
from shop.catalog.cards import first_image
from shop.catalog.models import Category, Image, Price, Product, Status, Variant, product_categories
from shop.catalog.offers import Choice, VariantRow, choice
from shop.catalog.shelf import ImageView, askable, category_url, media_url
from shop.db import session
from shop.errors import NotFound


@dataclass(frozen=True, slots=True)
class ProductPage:
    id: int
    title: str
    summary: str
    kind: str
    description_html: str
    category_id: int | None
    category: tuple[str, str] | None
    """Name and address of the first one."""
    images: tuple[ImageView, ...]
    choice: Choice
    facts: tuple[tuple[str, str], ...]


class PictureRow(NamedTuple):
    """One picture of the product; one without pictures has a row all the same."""

    id: int
    title: str
    summary: str
    kind: str
    brand: str
    description_html: str | None
    """In the row of the first picture alone: it is long."""
    category_id: int | None
    category: str | None
    category_slug: str | None
    image: str | None
    alt: str
    width: int
    height: int


def read(slug: str, currency: str) -> ProductPage:
    """:raises NotFound: also for drafts and what was archived."""
    memory, key = remembered.current(), ("page", slug, currency)
    page: ProductPage | None = memory.get(key)
    if page is None:
        page = _read(slug, currency)
        memory.put(key, page.id, page)
    return page


def _read(slug: str, currency: str) -> ProductPage:
    asked = session.execute(_PICTURES, {"slug": askable(slug)})
    pictures = [PictureRow._make(row) for row in asked]
    if not pictures:
        raise NotFound
    shown = pictures[0]
    offered = {"product": shown.id, "currency": currency}
    variants = [VariantRow._make(row) for row in session.execute(_VARIANTS, offered)]
    return ProductPage(
        id=shown.id,
        title=shown.title,
        summary=shown.summary,
        kind=shown.kind,
        description_html=shown.description_html or "",
        category_id=shown.category_id,
        category=_category(shown),
        images=tuple(
            ImageView(media_url(row.image), row.alt, row.width, row.height)
            for row in pictures
            if row.image
        ),
        choice=choice(variants, currency),
        facts=tuple(_facts(shown.brand, variants)),
    )


def _category(row: PictureRow) -> tuple[str, str] | None:
    if row.category is None or row.category_slug is None:
        return None
    return row.category, category_url(row.category_slug)


def _facts(brand: str, variants: list[VariantRow]) -> list[tuple[str, str]]:
    facts = [("Brand", brand)] if brand else []
    for variant in {row.id: row for row in variants}.values():
        of = f" {variant.title}" if variant.title else ""
        facts.append((f"Article number{of}", variant.sku))
        if variant.weight:
            facts.append((f"Weight{of}", f"{variant.weight} g"))
    return facts


def _pictures_of_product() -> Select[Any]:
    """The columns of `PictureRow`, of tables and not of models: see `catalog.cards`."""
    products, images, categories = Product.__table__, Image.__table__, Category.__table__
    product, image, category, link = products.c, images.c, categories.c, product_categories.c
    first_category = (
        select(func.min(link.category_id))
        .where(link.product_id == product.id)
        .correlate(products)
        .scalar_subquery()
    )
    is_first = or_(image.id.is_(None), image.id == first_image())
    return (
        select(product.id, product.title, product.summary, type_coerce(product.kind, String))
        .add_columns(product.brand, case((is_first, product.description_html)))
        .add_columns(category.id, category.name, category.slug)
        .add_columns(image.path, image.alt, image.width, image.height)
        .select_from(products)
        .outerjoin(categories, category.id == first_category)
        .outerjoin(images, image.product_id == product.id)
        .where(product.slug == bindparam("slug"), product.status == Status.PUBLISHED)
        .order_by(image.position, image.id)
    )


def _variants_of_product() -> Select[Any]:
    """The columns of `VariantRow`."""
    variants, prices = Variant.__table__, Price.__table__
    variant, price = variants.c, prices.c
    shown = price.is_active & (price.currency == bindparam("currency"))
    return (
        select(variant.id, variant.sku, variant.options, variant.weight)
        .add_columns(variant.tracks_stock, variant.on_hand - variant.reserved)
        .add_columns(price.id, price.unit_amount, price.compare_at_amount)
        .add_columns(type_coerce(price.interval, String), price.interval_count, price.trial_days)
        .select_from(variants)
        .outerjoin(prices, (price.variant_id == variant.id) & shown)
        .where(variant.product_id == bindparam("product"))
        .order_by(variant.position, variant.id, price.id)
    )


_PICTURES = _pictures_of_product()
_VARIANTS = _variants_of_product()
