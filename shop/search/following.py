"""Marks every product whose entry in the index is out of date, whoever changed it.

Session events, the one place in the shop: the back office, imports and tests save products in
their own ways, and none of them may be able to forget the index.
"""

from collections.abc import Iterable

from sqlalchemy import Select, event, select
from sqlalchemy.orm import Session, UOWTransaction

from shop.catalog.models import Category, Image, Price, Product, Variant, product_categories
from shop.db import insert, utcnow
from shop.jobs import enqueue
from shop.search import pulse
from shop.search.models import SearchChange

NUDGED = "search_nudged"


def follow_products() -> None:
    """Called once, by the composition root; a second call changes nothing."""
    if not event.contains(Session, "after_flush", _after_flush):
        event.listen(Session, "after_flush", _after_flush)
        event.listen(Session, "after_commit", _after_commit)


def _after_flush(session: Session, _context: UOWTransaction) -> None:
    changed = [*session.new, *session.deleted, *filter(session.is_modified, session.dirty)]
    ids = _product_ids(session, changed)
    if ids:
        mark(session, ids)


def _after_commit(_session: Session) -> None:
    pulse.forget()


def mark(session: Session, product_ids: Iterable[int]) -> None:
    """Note that these products changed, in the transaction that changed them."""
    rows = [{"product_id": id_, "changed_at": utcnow()} for id_ in sorted(set(product_ids))]
    statement = insert(SearchChange)
    statement = statement.on_conflict_do_update(
        index_elements=["product_id"],
        set_={"changed_at": statement.excluded.changed_at, "indexed_at": None},
    )
    session.connection().execute(statement, rows)
    _nudge(session)


def _product_ids(session: Session, changed: Iterable[object]) -> set[int]:
    ids, variants, categories = set(), set(), set()
    for row in changed:
        match row:
            case Product():
                ids.add(row.id)
            case Variant() | Image():
                ids.add(row.product_id)
            case Price():
                variants.add(row.variant_id)
            case Category():
                categories.add(row.id)
    connection = session.connection()
    if variants:
        query = select(Variant.product_id).where(Variant.id.in_(variants))
        ids |= set(connection.scalars(query))
    if categories:
        ids |= set(connection.scalars(_products_below(categories)))
    return ids


def _products_below(category_ids: set[int]) -> Select[int]:
    """Products of the categories and of everything below them: they are found by these names."""
    tree = select(Category.id).where(Category.id.in_(category_ids)).cte("tree", recursive=True)
    tree = tree.union(select(Category.id).join(tree, Category.parent_id == tree.c.id))
    members = product_categories.c
    return select(members.product_id).where(members.category_id.in_(select(tree.c.id)))


def _nudge(session: Session) -> None:
    """Wake the worker once per transaction; what it misses, the sweeper finds."""
    transaction = session.get_transaction()
    if session.info.get(NUDGED) is not transaction:
        session.info[NUDGED] = transaction
        enqueue("shop.search.tasks.refresh")
