"""Keeps the index in step with the database. Only the worker and the command line come here."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import delete, select, tuple_, update
from sqlalchemy.orm import joinedload, selectinload
from whoosh import index
from whoosh.index import LockError
from whoosh.query import Or, Term

from shop import db
from shop.catalog.models import Category, Product
from shop.db import session, utcnow
from shop.logs import log
from shop.search import backend, folder
from shop.search.codec import Codec, Pool
from shop.search.folder import Folder
from shop.search.models import KEPT, SearchChange
from shop.search.schema import SCHEMA, Document, document

BATCH = 500

Change = tuple[int, datetime]


class BrokenIndex(Exception):
    """It cannot be written, so it has to be built anew."""


def drain(*, heal: bool = True) -> int:
    """Index what changed; returns how many products that were.

    0 when somebody else is writing: they, or the next call, will do it. A change is done only
    if the product did not change again meanwhile.

    :param heal: build an index that is missing or broken; takes minutes for a large catalog.
    """
    place = folder.current()
    is_whole = backend.current().version() is not None
    if (is_whole and not _changes(1)) or not (is_whole or heal):
        return 0
    with place.writing() as mine:
        if not mine:
            return 0
        try:
            return _drain(place)
        except BrokenIndex as error:
            if place.current():
                log.warning("search index is broken", reason=str(error))
            return _rebuild(place) if heal else 0


def forget() -> None:
    """Changes that are indexed, and that every process had the time to see."""
    session.execute(
        delete(SearchChange).where(SearchChange.indexed_at < utcnow() - KEPT),
        execution_options={"synchronize_session": False},
    )
    db.commit()


def rebuild(*, wait: bool = False) -> int | None:
    """Index all published products in a new directory and swap; None when another is writing."""
    place = folder.current()
    with place.writing(wait=wait) as mine:
        return _rebuild(place) if mine else None


def _drain(place: Folder) -> int:
    path, done = place.current(), 0
    if path is None or backend.current().version() is None:
        raise BrokenIndex("cannot be opened")
    while changes := _changes(BATCH):
        ids = [product_id for product_id, _ in changes]
        documents = [document(product) for product in _load(Product.id.in_(ids))]
        db.commit()
        if not _write(path, ids, documents):
            break
        _note_indexed(changes)
        done += len(changes)
    return done


def _write(path: Path, ids: Sequence[int], documents: Sequence[Document]) -> bool:
    """Replace the entries of these products; False when another process is writing."""
    try:
        with index.open_dir(str(path)).writer(codec=Codec()) as writer:
            writer.delete_by_query(Or([Term("id", str(id_)) for id_ in ids]))
            for entry in documents:
                writer.add_document(**entry)
        backend.current().look_again()
    except LockError:
        log.info("search index is being written by another process")
        return False
    except Exception as error:  # broken files raise whatever they like
        raise BrokenIndex(repr(error)) from error
    return True


def _changes(limit: int) -> list[Change]:
    query = select(SearchChange.product_id, SearchChange.changed_at)
    query = query.where(SearchChange.indexed_at.is_(None)).order_by(SearchChange.changed_at)
    rows = session.execute(query.limit(limit)).all()
    db.commit()  # nobody waits for us while the index is written
    return [(product_id, changed_at) for product_id, changed_at in rows]


def _note_indexed(changes: Sequence[Change]) -> None:
    for start in range(0, len(changes), BATCH):
        same = tuple_(SearchChange.product_id, SearchChange.changed_at)
        session.execute(
            update(SearchChange)
            .where(same.in_(changes[start : start + BATCH]))
            .values(indexed_at=utcnow()),
            execution_options={"synchronize_session": False},
        )
        db.commit()


def _rebuild(place: Folder) -> int:
    changes = _changes(1_000_000)  # what comes later is left for the next drain
    path = place.begin()
    count = 0
    with index.create_in(str(path), SCHEMA).writer(codec=Codec()) as writer:
        writer.pool = Pool()
        for entry in _all_documents():
            writer.add_document(**entry)
            count += 1
    place.publish(path)
    backend.current().look_again()
    _note_indexed(changes)
    log.info("search index rebuilt", products=count)
    return count


def _all_documents() -> Iterator[Document]:
    """Each batch is read without a lock, and let go before it is used: nobody waits for us."""
    last = 0
    while True:
        session.connection(execution_options={"only_reads": True})
        products = _load(Product.id > last, limit=BATCH)
        documents = [document(product) for product in products]
        last = products[-1].id if products else last
        db.commit()
        if not documents:
            return
        yield from documents


def _load(condition: Any, limit: int | None = None) -> Sequence[Product]:
    """Published products with all that a document needs."""
    parents = joinedload(Category.parent).joinedload(Category.parent)
    return session.scalars(
        Product.published()
        .where(condition)
        .order_by(Product.id)
        .limit(limit)
        .options(selectinload(Product.variants), selectinload(Product.categories).options(parents))
    ).all()
