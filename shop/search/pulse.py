"""What changes all the time, asked of the database a few times a second, not for every page.

Each process asks for itself, so that what others did is seen a moment later; what this process did
is seen at once.
"""

import time
from collections import defaultdict
from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import Any

from flask import current_app, has_app_context
from sqlalchemy import extract, func, literal, null, select, text, union_all

from shop import db
from shop.catalog.models import SCARCE, Variant
from shop.catalog.remembered import Word
from shop.db import session
from shop.search import backend
from shop.search.models import SearchChange

PAUSE = 0.2
"""Seconds."""
RHYTHM = 40
"""It is asked at most a fortieth of the time, however many variants there are."""


@dataclass(frozen=True)
class Pulse:
    changes: tuple[Hashable, ...]
    """Of the products that wait for the index: how many, when the last one changed, and the sum of
    all these times, which differs too when one changed earlier and was committed later."""
    scarce: dict[int, tuple[tuple[int, int], ...]]
    """For each product with variants that are nearly gone, their ids and what is left of each."""
    empty_variants: dict[int, int] = field(init=False)
    """For each product, how many of its variants have nothing left to sell."""

    def __post_init__(self) -> None:
        counts = {id_: sum(left <= 0 for _, left in found) for id_, found in self.scarce.items()}
        empty = {id_: count for id_, count in counts.items() if count}
        object.__setattr__(self, "empty_variants", empty)


class Pulses:
    """The pulse as this process took it last."""

    def __init__(self) -> None:
        self._kept: Pulse | None = None
        self._until = 0.0
        self._commits = 0
        self._is_being_taken = False

    def current(self) -> Pulse:
        kept, started, commits = self._kept, time.monotonic(), self._commits
        if kept is not None and (started < self._until or self._is_on_its_way()):
            return kept
        self._is_being_taken = True
        try:
            taken = take()
        finally:
            self._is_being_taken = False
        pause = max(PAUSE, RHYTHM * (time.monotonic() - started))
        if commits == self._commits:
            self._kept, self._until = taken, time.monotonic() + pause
        return taken

    def _is_on_its_way(self) -> bool:
        """Another thread asks already, and this process has changed nothing since the last one."""
        return self._is_being_taken and self._until > 0

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


def word() -> Word:
    """For `catalog.remembered`: every commit of a change and every new index is another state."""
    now = current()
    return Word((backend.current().version(), now.changes), now.scarce)


def take() -> Pulse:
    rows: Any = session.execute(QUESTION).all()
    scarce: defaultdict[int, list[tuple[int, int]]] = defaultdict(list)
    changes: tuple[Hashable, ...] = ()
    for product_id, variant_id, *found in rows:
        if product_id:
            scarce[product_id].append((variant_id, found[0]))
        else:
            changes = tuple(found)
    return Pulse(changes, {id_: tuple(sorted(found)) for id_, found in scarce.items()})


def _pulses() -> Pulses:
    pulses: Pulses = current_app.extensions["search_pulses"]
    return pulses


def _question() -> Any:
    variant = Variant.metadata.tables["variants"].c
    at = SearchChange.changed_at
    times = func.sum(extract("epoch", at))
    waiting: Any = select(literal(0), literal(0), func.count(), func.max(at), times).where(
        SearchChange.indexed_at.is_(None)
    )
    left = variant.on_hand - variant.reserved
    scarce = select(variant.product_id, variant.id, left, null(), null()).where(text(SCARCE))
    return union_all(waiting, scarce)


QUESTION = _question()
