"""What a product says about itself, as staff writes it."""

import re
from collections.abc import Sequence

from sqlalchemy import select

from shop.catalog import markdown
from shop.catalog.models import Product, Variant
from shop.catalog.shopify import slugify
from shop.db import session

SLUG = re.compile(r"[\w-]{1,200}")
LONGEST_SLUG = 80


def describe(product: Product, text: str) -> None:
    product.description = text
    product.description_html = markdown.render(text)


def free_slug(title: str) -> str:
    """The title as an address that no product has: `tea-pot`, else `tea-pot-2`."""
    stem = slugify(title)[:LONGEST_SLUG].strip("-") or "product"
    taken = set(session.scalars(select(Product.slug).where(Product.slug.startswith(stem))))
    slug, number = stem, 1
    while slug in taken:
        number += 1
        slug = f"{stem}-{number}"
    return slug


def has_slug(slug: str, but: int | None) -> bool:
    """Whether a product has it, not counting the one of this id."""
    found = session.scalar(select(Product.id).where(Product.slug == slug))
    return found is not None and found != but


def sku_owners(skus: Sequence[str]) -> dict[str, int | None]:
    """The ids of the products that have these SKUs."""
    owners = select(Variant.sku, Variant.product_id).where(Variant.sku.in_(skus))
    return {row.sku: row.product_id for row in session.execute(owners)}
