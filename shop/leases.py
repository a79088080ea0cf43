"""Rows as a queue: claimed for a while, retried with back-off, dead after too many tries.

A Celery message is only a nudge. These rows are the work: nothing is lost with the broker, and the
row of a worker that died becomes due again.
"""

import enum
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Mapped, mapped_column

from shop.db import session, utcnow

LEASE = timedelta(seconds=30)
MOST_TRIES = 8
PAUSE, LONGEST_PAUSE = 4, 3600  # seconds; all tries together last for about three hours


class State(enum.StrEnum):
    PENDING = "pending"
    FAILED = "failed"
    DONE = "done"
    DEAD = "dead"


class Fenced(Exception):
    """Somebody took the row over while we worked; what we did must not be kept."""


class Leased:
    """The columns that make a table a queue."""

    id: Mapped[int]
    state: Mapped[State] = mapped_column(default=State.PENDING)
    attempts: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[datetime] = mapped_column(default=utcnow)
    lease: Mapped[str | None]
    error: Mapped[str | None]


def due(model: type[Leased], limit: int = 50) -> Sequence[int]:
    """Ids of the rows that want work now, oldest first."""
    query = select(model.id).where(_is_due(model)).order_by(model.due_at, model.id).limit(limit)
    return session.scalars(query).all()


def claim(model: type[Leased], row_id: int) -> str | None:
    """A lease on the row, or None when it is not due or somebody has it. The try is counted.

    A row whose every try ended without an answer, because its process died, is not tried again.
    """
    lease = secrets.token_hex(8)
    mine = (model.id == row_id) & _is_due(model)
    spent = model.attempts >= MOST_TRIES
    _update(model, mine & spent, state=State.DEAD, error="every try was cut short")
    claimed = _update(
        model,
        mine,
        lease=lease,
        attempts=model.attempts + 1,
        due_at=utcnow() + LEASE,
    )
    return lease if claimed else None


def finish(model: type[Leased], row_id: int, lease: str) -> None:
    """Done, in the transaction of the work itself.

    :raises Fenced: when the lease ran out and the row has another owner.
    """
    if not _update(model, _held(model, row_id, lease), state=State.DONE, lease=None, error=None):
        raise Fenced


def settle(model: type[Leased], row_ids: Sequence[int]) -> None:
    """What other work has done along; a row that somebody has stays theirs."""
    free = model.id.in_(row_ids) & (model.state == State.PENDING) & model.lease.is_(None)
    _update(model, free, state=State.DONE)


def fail(model: type[Leased], row_id: int, lease: str, error: str) -> None:
    """Try again after a growing pause; after the last one the row is dead, for a person."""
    attempts = session.scalar(select(model.attempts).where(model.id == row_id)) or 0
    _update(
        model,
        _held(model, row_id, lease),
        state=State.DEAD if attempts >= MOST_TRIES else State.FAILED,
        due_at=utcnow() + timedelta(seconds=min(PAUSE**attempts, LONGEST_PAUSE)),
        lease=None,
        error=error[:500],
    )


def bury(model: type[Leased], row_id: int, lease: str, error: str) -> None:
    """Dead at once: no later try would do better."""
    _update(
        model,
        _held(model, row_id, lease),
        state=State.DEAD,
        lease=None,
        error=error[:500],
    )


def revive(model: type[Leased], row_id: int) -> bool:
    """Give a failed or dead row all its tries again."""
    stuck = model.state.in_([State.FAILED, State.DEAD])
    return _update(
        model, (model.id == row_id) & stuck, state=State.PENDING, attempts=0, due_at=utcnow()
    )


def _is_due(model: type[Leased]) -> ColumnElement[bool]:
    return model.state.in_([State.PENDING, State.FAILED]) & (model.due_at <= utcnow())


def _held(model: type[Leased], row_id: int, lease: str) -> ColumnElement[bool]:
    return (model.id == row_id) & (model.lease == lease)


def _update(model: type[Leased], where: ColumnElement[bool], **values: Any) -> bool:
    """Whether there was such a row."""
    changed = update(model).where(where).values(**values).returning(model.id)
    return session.scalar(changed, execution_options={"synchronize_session": False}) is not None
