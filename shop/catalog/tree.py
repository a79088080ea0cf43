"""Categories as staff arranges them."""

from sqlalchemy import Select, exists, select

from shop.catalog.models import Category, product_categories
from shop.db import session
from shop.errors import ShopError

DEEPEST = 10
"""Levels; lists do not look below."""


class Cycle(ShopError):
    title = "A category cannot be below itself"
    message = "A category cannot stand below itself, nor below one of its own."


class TooDeep(ShopError):
    title = "That is too deep"
    message = f"Categories go {DEEPEST} levels down at most."


class NotEmpty(ShopError):
    title = "It is not empty"
    message = "It holds products or categories: move them first."


def below(category_id: int) -> Select[int]:
    """The ids of the category and of all below it."""
    tree = select(Category.id).where(Category.id == category_id).cte("below", recursive=True)
    tree = tree.union(select(Category.id).join(tree, Category.parent_id == tree.c.id))
    return select(tree.c.id)


def move(category: Category, parent_id: int | None) -> None:
    """
    :raises Cycle: :raises TooDeep: and nothing has changed.
    """
    parent = session.get(Category, parent_id) if parent_id is not None else None
    if parent is not None and parent.id in _ids_below(category):
        raise Cycle
    if _depth(parent) + _height(category) > DEEPEST:
        raise TooDeep
    category.parent_id = parent_id


def remove(category: Category) -> None:
    """:raises NotEmpty: when anything is in it."""
    if not is_empty(category):
        raise NotEmpty
    session.delete(category)
    session.flush()  # a product that was put into it at this moment must say so now


def is_empty(category: Category) -> bool:
    members = exists().where(product_categories.c.category_id == category.id)
    children = exists().where(Category.parent_id == category.id)
    return not session.scalar(select(members | children))


def _ids_below(category: Category) -> set[int]:
    """With its own; of one that is not saved yet, none."""
    is_saved = category in session
    return set(session.scalars(below(category.id))) if is_saved else set()


def _depth(category: Category | None) -> int:
    depth = 0
    while category is not None:
        depth, category = depth + 1, category.parent
    return depth


def _height(category: Category) -> int:
    """Levels of it and what is below; of a tree without cycles."""
    return 1 + max((_height(child) for child in category.children), default=0)
