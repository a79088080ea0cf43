"""A made-up catalog like a real one: variants, prices, pictures, two levels of categories."""

from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Any

from sqlalchemy import select, text

from benchmarks.bulk import Row, write
from benchmarks.search import Language
from shop.catalog.models import (
    Category,
    Image,
    Kind,
    Price,
    Product,
    Status,
    Variant,
    product_categories,
)
from shop.checkout.seeds import seed_checkout
from shop.db import commit, session, utcnow
from shop.search import writer

SHELVES, CATEGORIES = 8, 48
SIZES = ("S", "M", "L")
PICTURES = 3
KINDS = (Kind.PHYSICAL, Kind.PHYSICAL, Kind.DIGITAL, Kind.LICENSE)
PLENTY = 1_000_000


def fill(language: Language, count: int) -> None:
    """Straight into the tables of an empty database, then into the index."""
    plant(language, count)
    session.execute(text("ANALYZE"))
    commit()
    writer.rebuild()


def plant(language: Language, count: int) -> None:
    """Into the tables alone."""
    numbers = range(1, count + 1)
    variants = [variant for n in numbers for variant in _variants(n)]
    for number, variant in enumerate(variants, 1):
        variant["id"] = number
    tables: tuple[tuple[Any, Iterable[Row]], ...] = (
        (Category.__table__, _categories(language)),
        (Product.__table__, (_product(language, n) for n in numbers)),
        (product_categories, map(_membership, numbers)),
        (Image.__table__, (image for n in numbers for image in _images(n))),
        (Variant.__table__, variants),
        (Price.__table__, (_price(language, variant) for variant in variants)),
    )
    for table, rows in tables:
        write(table, rows)
    seed_checkout()
    commit()


def sendable_prices() -> list[int]:
    """Prices of goods that are sent and that do not run out."""
    goods = select(Price.id).join(Price.variant).join(Variant.product)
    return list(
        session.scalars(goods.where(Product.kind == Kind.PHYSICAL, Variant.on_hand == PLENTY))
    )


def _categories(language: Language) -> Iterator[Row]:
    for n in range(1, CATEGORIES + 1):
        parent = None if n <= SHELVES else n % SHELVES + 1
        yield {"id": n, "slug": f"category-{n}", "name": language.title(), "parent_id": parent}


def _product(language: Language, n: int) -> Row:
    paragraphs = [language.text() for _ in range(3)]
    return {
        "id": n,
        "slug": f"product-{n}",
        "title": language.title(),
        "kind": KINDS[n % len(KINDS)],
        "status": Status.PUBLISHED,
        "summary": language.text(8),
        "description": "\n\n".join(paragraphs),
        "description_html": "".join(f"<p>{one}</p>" for one in paragraphs),
        "brand": f"Brand {n % 40}",
        "published_at": utcnow() - timedelta(minutes=n),
    }


def _membership(n: int) -> Row:
    return {"product_id": n, "category_id": SHELVES + n % (CATEGORIES - SHELVES) + 1}


def _images(n: int) -> Iterator[Row]:
    for view in range(PICTURES):
        path = f"art/product-{n}-{view}.svg"
        yield {"product_id": n, "path": path, "alt": f"Picture {view + 1}", "position": view}


def _variants(n: int) -> list[Row]:
    """Every second product comes in sizes; some of every tenth is nearly gone."""
    sizes: tuple[str | None, ...] = SIZES if n % 2 else (None,)
    return [
        {
            "product_id": n,
            "sku": f"SKU-{n:06}-{size or 'X'}",
            "options": {"Size": size} if size else {},
            "position": position,
            "tracks_stock": True,
            "on_hand": position if n % 10 == 1 else PLENTY,
            "weight": 100 + n % 900,
        }
        for position, size in enumerate(sizes)
    ]


def _price(language: Language, variant: Row) -> Row:
    amount = language.chance.randint(100, 50_000)
    reduced = variant["product_id"] % 5 == 0
    return {
        "variant_id": variant["id"],
        "currency": "EUR",
        "unit_amount": amount,
        "compare_at_amount": amount + 500 if reduced else None,
    }
