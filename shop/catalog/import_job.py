"""What one import knows of the shop: asked once, not once per cell."""

import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from shop.catalog.models import Category, Product, Variant
from shop.catalog.shopify import ProductDraft, slugify
from shop.catalog.sku import sku_for
from shop.db import session

CHUNK = 500


@dataclass
class Job:
    currency: str
    media: Path
    reference: str = field(default_factory=lambda: f"import-{secrets.token_hex(8)}")
    """Under which stock movements are recorded."""
    products: dict[str, Product] = field(default_factory=dict)
    """By handle."""
    owners: dict[str, str] = field(default_factory=dict)
    """The handle of the product that has a SKU."""
    categories: dict[str, Category] = field(default_factory=dict)
    taken: list[Product] = field(default_factory=list)

    def load(self, drafts: Sequence[ProductDraft]) -> None:
        for category in session.scalars(select(Category)):
            self.categories |= {slugify(category.name): category, category.slug: category}
        for handles in _chunks([draft.handle for draft in drafts]):
            self.products |= {product.slug: product for product in _products(handles)}
        for skus in _chunks([sku for draft in drafts for sku in _skus(draft)]):
            owners = select(Variant.sku, Product.slug).join(Variant.product)
            rows = session.execute(owners.where(Variant.sku.in_(skus)))
            self.owners |= dict(iter(rows))

    def category(self, name: str) -> Category:
        """The one of that name, new when there is none."""
        slug = slugify(name)
        if slug not in self.categories:
            self.categories[slug] = Category(slug=slug, name=name)
        return self.categories[slug]

    def keep(self, product: Product) -> None:
        self.taken.append(product)
        self.owners |= {variant.sku: product.slug for variant in product.variants}

    def forget_unsaved(self) -> None:
        """The categories that a refused product brought along are gone with it."""
        self.categories = {
            slug: category for slug, category in self.categories.items() if category in session
        }


def _products(handles: Sequence[str]) -> Sequence[Product]:
    return session.scalars(
        select(Product)
        .where(Product.slug.in_(handles))
        .options(
            selectinload(Product.variants).selectinload(Variant.prices),
            selectinload(Product.images),
            selectinload(Product.categories),
        )
    ).all()


def _skus(draft: ProductDraft) -> Iterator[str]:
    for variant in draft.variants:
        yield variant.sku or sku_for(draft.handle, variant.options)


def _chunks(values: Sequence[str]) -> Iterator[list[str]]:
    rest = iter(dict.fromkeys(values))
    while chunk := list(islice(rest, CHUNK)):
        yield chunk
