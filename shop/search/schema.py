"""What the index holds of a product: words only. Prices, stock and order are asked of SQL."""

import re
from collections.abc import Iterator

from markupsafe import Markup
from whoosh import fields

from shop.catalog.models import Category, Product
from shop.search.words import PLAIN, STEMMED, fold

SCHEMA = fields.Schema(
    id=fields.ID(stored=True, unique=True),
    length=fields.STORED,
    words=fields.TEXT(analyzer=STEMMED, phrase=False),
    title=fields.TEXT(analyzer=STEMMED, phrase=False),
    labels=fields.TEXT(analyzer=STEMMED, phrase=False),
    plain=fields.TEXT(analyzer=PLAIN, phrase=False),
)
"""`words` has everything and decides what matches. `title` and `labels` (brand, categories, SKUs)
lift a match, the more the shorter its title: `length`, in words. `plain`, unstemmed and without the
description, serves beginnings and spelling."""


def document(product: Product) -> dict[str, str | int]:
    title = fold(product.title)
    labels = fold(" ".join([product.brand, *_categories(product), *_skus(product)]))
    return {
        "id": str(product.id),
        "length": min(len(title.split()), 255),
        "title": title,
        "labels": labels,
        "plain": f"{title} {labels}",
        "words": " ".join(
            [
                title,
                labels,
                fold(product.summary),
                fold(plain_text(product.description_html, product.description)),
            ]
        ),
    }


def plain_text(description_html: str, description: str) -> str:
    """The words of a description; not safe to show unescaped."""
    return Markup(description_html).striptags() or description  # noqa: S704


def _categories(product: Product) -> Iterator[str]:
    """Names of the product's categories and of those above them."""
    for category in product.categories:
        above: Category | None = category
        for _ in range(10):  # a loop in the tree must not hang the worker
            if above is None:
                break
            yield above.name
            above = above.parent


def _skus(product: Product) -> Iterator[str]:
    """As parts and in one word: `ABC-12` is found by `abc`, `12` and `abc12`."""
    for variant in product.variants:
        yield variant.sku
        yield re.sub(r"[\W_]+", "", variant.sku)
