"""One statement takes a key: of many buyers who come for the last one, one gets it."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, func, select, update

from shop.catalog.models import Variant
from shop.db import session, utcnow
from shop.licenses.pool import mails
from shop.licenses.pool.models import PoolKey

FEW = 10


class NoKeys(Exception):
    """There are fewer left than were bought; undoes what was taken."""


def has_pool(variant_id: int) -> bool:
    """Also when it is empty."""
    return session.scalar(select(PoolKey.id).filter_by(variant_id=variant_id).limit(1)) is not None


def take(variant_id: int, pieces: int) -> Sequence[PoolKey]:
    """In a savepoint of the caller's.

    :raises NoKeys: when there are not enough.
    """
    ids = [_take_one(variant_id) for _ in range(pieces)]
    _warn(variant_id)
    return session.scalars(select(PoolKey).where(PoolKey.id.in_(ids)).order_by(PoolKey.id)).all()


def left(variant_id: int) -> int:
    return session.scalar(select(func.count(PoolKey.id)).where(_free(variant_id))) or 0


def _take_one(variant_id: int) -> int:
    """What others hold at this moment is waited for only when nothing else is left."""
    first = select(PoolKey.id).where(_free(variant_id)).order_by(PoolKey.id).limit(1)
    chosen = first.with_for_update(skip_locked=True).scalar_subquery()
    taking = update(PoolKey).where(PoolKey.id == chosen, PoolKey.taken_at.is_(None))
    while True:
        taken: int | None = session.scalar(
            taking.values(taken_at=utcnow()).returning(PoolKey.id),
            execution_options={"synchronize_session": False},
        )
        if taken is not None:
            return taken
        if session.scalar(first) is None:
            raise NoKeys
        session.scalar(first.with_for_update())


def _free(variant_id: int) -> ColumnElement[bool]:
    return (PoolKey.variant_id == variant_id) & PoolKey.taken_at.is_(None)


def _warn(variant_id: int) -> None:
    """Once for each time that it was filled."""
    remaining = left(variant_id)
    if remaining < FEW:
        ever = select(func.count(PoolKey.id)).where(PoolKey.variant_id == variant_id)
        filled = session.scalar(ever)
        mails.tell_staff_of_few(session.get_one(Variant, variant_id), remaining, f"low:{filled}")
