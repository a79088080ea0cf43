"""What the list of products can be narrowed by."""

from collections.abc import Iterator
from typing import Any

from flask_admin.contrib.sqla.filters import BaseSQLAFilter, FilterEqual
from sqlalchemy import select

from shop.admin.catalog.products.fields import branches
from shop.admin.cells import words
from shop.catalog.models import Kind, Product, product_categories
from shop.catalog.prices import LARGEST_ID
from shop.catalog.tree import below


class Asked:
    """Choices that are asked for each time a page shows them, not when the shop starts."""

    def __iter__(self) -> Iterator[tuple[int, str]]:
        return branches()


class CategoryFilter(BaseSQLAFilter):  # type: ignore[misc]  # without types
    """Products of the category and of those below it."""

    def get_options(self, _view: Any) -> Any:
        return Asked()

    def operation(self) -> str:
        return "in"

    def clean(self, value: str) -> int:
        """:raises ValueError: for what is no id; it filters nothing then."""
        number = int(value)
        if not 0 < number <= LARGEST_ID:
            raise ValueError
        return number

    def apply(self, query: Any, value: str, _alias: Any = None) -> Any:
        link = product_categories.c
        members = select(link.product_id).where(link.category_id.in_(below(self.clean(value))))
        return query.filter(Product.id.in_(members))


def all_filters() -> tuple[BaseSQLAFilter, ...]:
    kinds = [(str(kind), words(kind)) for kind in Kind]
    return (
        FilterEqual(Product.kind, "Kind", options=kinds),
        CategoryFilter(Product.id, "Category"),
        FilterEqual(Product.brand, "Brand"),
    )
