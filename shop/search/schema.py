"""What the index holds of a product: words only. Prices, stock and order are asked of SQL."""

import re
from collections.abc import Iterator

from markupsafe import Markup
from whoosh import columns, fields

from shop.catalog.models import Category, Product
from shop.search import words
from shop.search.codec import Terms

SCHEMA = fields.Schema(
    id=fields.ID(unique=True),
    number=fields.COLUMN(columns.NumericColumn("q")),
    length=fields.COLUMN(columns.NumericColumn("B")),
    words=Terms(),
    title=Terms(),
    labels=Terms(),
    plain=Terms(),
)
"""`words` has the stems of everything and decides what matches. `title` and `labels` (brand,
categories, SKUs) lift a match, the more the shorter its title: `length`, in words. `plain`,
unstemmed and without the description, serves beginnings and spelling. `number` is the id again,
quick to read for all documents at once."""

Document = dict[str, str | int | frozenset[str]]


def document(product: Product) -> Document:
    title = words.all_of(product.title)
    labels = words.all_of(" ".join([product.brand, *_categories(product), *_skus(product)]))
    texts = (product.summary, plain_text(product.description_html, product.description))
    stems = [words.stems(one) for one in (title, labels, *map(words.all_of, texts))]
    return {
        "id": str(product.id),
        "number": product.id,
        "length": min(len(title), 255),
        "title": stems[0],
        "labels": stems[1],
        "plain": frozenset([*title, *labels]),
        "words": frozenset().union(*stems),
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
