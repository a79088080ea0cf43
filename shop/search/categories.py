"""The tree of categories, in the order in which it is shown."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy import select

from shop.catalog.models import Category
from shop.db import session

DEEPEST = 10


@dataclass(frozen=True)
class Branch:
    id: int
    slug: str
    name: str
    description: str
    path: tuple[str, ...]
    """Slugs from the top down to this one."""


def load() -> dict[str, Branch]:
    """By slug; parents before their children."""
    columns = (Category.id, Category.parent_id, Category.slug, Category.name, Category.description)
    rows = session.execute(select(*columns).order_by(Category.position, Category.name)).all()
    below: dict[int | None, list[tuple[int, str, str, str]]] = {}
    for id_, parent_id, slug, name, description in rows:
        below.setdefault(parent_id, []).append((id_, slug, name, description))
    return {branch.slug: branch for branch in _walk(below, None, ())}


def _walk(
    below: Mapping[int | None, Iterable[tuple[int, str, str, str]]],
    parent: int | None,
    path: tuple[str, ...],
) -> Iterator[Branch]:
    if len(path) >= DEEPEST:
        return
    for id_, slug, name, description in below.get(parent, ()):
        here = (*path, slug)
        yield Branch(id_, slug, name, description, here)
        yield from _walk(below, id_, here)
