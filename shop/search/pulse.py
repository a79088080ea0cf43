"""What changes all the time, asked of the database a few times a second, not for every page.

Each process asks for itself, so that what others did is seen a moment later; what this process did
is seen at once.
"""

import time
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import current_app, has_app_context
from sqlalchemy import func, literal, null, select, union_all

from shop import db
from shop.catalog.models import Variant
from shop.db import session
from shop.search.models import SearchChange

PAUSE = 0.2
"""Seconds."""
RHYTHM = 20
"""It is asked at most a twentieth of the time, however many variants there are."""


@dataclass(frozen=True)
class Pulse:
    changes: tuple[int, datetime | None]
    """How many products wait for the index, and since when the last one does."""
    empty_variants: dict[int, int]
    """For each product, how many of its variants have nothing left to sell."""


class Pulses:
    """The pulse as this process took it last."""

    def __init__(self) -> None:
        self._kept: Pulse | None = None
        self._until = 0.0
        self._commits = 0

    def current(self) -> Pulse:
        kept, started, commits = self._kept, time.monotonic(), self._commits
        if kept is not None and started < self._until:
            return kept
        taken = take()
        pause = max(PAUSE, RHYTHM * (time.monotonic() - started))
        if commits == self._commits:
            self._kept, self._until = taken, time.monotonic() + pause
        return taken

    def forget(self) -> None:
        self._commits += 1
        self._until = 0.0


def current() -> Pulse:
    """A new one for everybody who may have changed something and not committed yet."""
    return _pulses().current() if db.only_reads() else take()


def forget() -> None:
    """After a commit of this process: the next one asks anew."""
    pulses = current_app.extensions.get("search_pulses") if has_app_context() else None
    if pulses is not None and not db.only_reads():
        pulses.forget()


def take() -> Pulse:
    rows: Any = session.execute(_QUESTION).all()
    counts = {row[0]: row[1] for row in rows}
    waits = counts.pop(0)
    return Pulse((waits, max((row[2] for row in rows if row[2]), default=None)), counts)


def _pulses() -> Pulses:
    pulses: Pulses = current_app.extensions["search_pulses"]
    return pulses


def _question() -> Any:
    waiting: Any = select(literal(0), func.count(), func.max(SearchChange.changed_at))
    empty = (
        select(Variant.product_id, func.count(), null())
        .where(Variant.tracks_stock, Variant.on_hand <= Variant.reserved)
        .group_by(Variant.product_id)
    )
    return union_all(waiting, empty)


_QUESTION = _question()
