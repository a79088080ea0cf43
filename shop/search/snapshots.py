"""The snapshot of this process: when it is read again, and who waits for that."""

import threading
import time
from collections.abc import Callable, Mapping

from flask import Flask, current_app
from sqlalchemy.exc import SQLAlchemyError

from shop.db import session
from shop.logs import log
from shop.search import changes, published, pulse
from shop.search.backend import Backend
from shop.search.changes import MOST, Changes
from shop.search.pulse import Pulse
from shop.search.snapshot import Snapshot

SMALL = 2_000
"""Of so few products all are read again at once, by the request that finds the snapshot old. Of
more, those that changed are read in a thread beside the requests, which go on with the old one."""
OLDEST = 30.0
"""Seconds after which all of it is read again even if nobody noted a change."""
RHYTHM = 1
"""Reading takes half a processor at most, however large the catalog and busy its editors."""
IDLE_RHYTHM = 50
"""As `RHYTHM`, while nobody notes a change."""


class Snapshots:
    """Shared by the threads of the process."""

    def __init__(self, app: Flask, backend: Backend, currency: str) -> None:
        self._app = app
        self._backend = backend
        self._currency = currency
        self._reading = threading.Lock()
        self._reading_all = threading.Lock()
        self._lock = threading.Lock()
        self._kept: Snapshot | None = None
        self._state: object = None
        self._stock: Mapping[int, int] | None = None
        self._changes: Changes | None = None
        self._read_at = self._all_read_at = 0.0
        self._took = self._all_took = 0.0

    def current(self, now: Pulse) -> Snapshot:
        """Read again when something changed; while somebody reads, the others go on."""
        state, kept = (self._backend.version(), now.changes), self._kept
        if kept is None:
            with self._reading:
                if self._kept is None:
                    self._read(state)
        elif kept.size <= SMALL:
            if (state != self._state or self._is_old()) and self._reading.acquire(blocking=False):
                try:
                    self._read(state)
                finally:
                    self._reading.release()
        else:
            if state != self._state and time.monotonic() - self._read_at > RHYTHM * self._took:
                self._start(self._reading, lambda: self._read(state))
            if self._is_old():
                self._start(self._reading_all, self._read_all)
        return self._with_stock(now.empty_variants)

    def _is_old(self) -> bool:
        age = time.monotonic() - self._all_read_at
        return age > max(OLDEST, IDLE_RHYTHM * self._all_took)

    def _start(self, lock: threading.Lock, read: Callable[[], None]) -> None:
        if lock.acquire(blocking=False):
            threading.Thread(target=self._read_apart, args=(lock, read), daemon=True).start()

    def _read_apart(self, lock: threading.Lock, read: Callable[[], None]) -> None:
        try:
            with self._app.app_context():
                session.connection(execution_options={"only_reads": True})
                read()
        except SQLAlchemyError as error:
            self._read_at = self._all_read_at = time.monotonic()
            log.error("products cannot be read", error=type(error).__name__)
        finally:
            lock.release()

    def _read(self, state: object) -> None:
        """What changed, if that is known; otherwise all of it."""
        started, kept, before = time.thread_time(), self._kept, self._changes
        seen = changes.read() if kept is None or kept.size > SMALL else None
        fresh = _renewed(kept, before, seen, self._currency) if kept and before and seen else None
        self._keep(fresh or published.read(self._currency), seen, state)
        self._read_at, self._took = time.monotonic(), time.thread_time() - started
        if fresh is None:
            self._all_read_at, self._all_took = self._read_at, self._took

    def _read_all(self) -> None:
        """All of it, and what changed meanwhile; whoever reads changes does not wait for this."""
        started, before = time.thread_time(), changes.read()
        whole = published.read(self._currency)
        session.rollback()  # the next transaction sees what happened during this one
        with self._reading:
            session.connection(execution_options={"only_reads": True})
            seen = changes.read()
            fresh = _renewed(whole, before, seen, self._currency)
            self._keep(fresh or published.read(self._currency), seen, self._state)
            self._all_read_at, self._all_took = time.monotonic(), time.thread_time() - started

    def _keep(self, fresh: Snapshot, seen: Changes | None, state: object) -> None:
        with self._lock:
            self._kept, self._stock, self._state, self._changes = fresh, None, state, seen

    def _with_stock(self, empty_variants: Mapping[int, int]) -> Snapshot:
        with self._lock:
            kept = self._kept
            if kept is None:
                raise RuntimeError("nothing was read yet")
            if self._stock != empty_variants:
                kept = kept.with_stock(empty_variants)
            self._kept, self._stock = kept, empty_variants
            return kept


def _renewed(kept: Snapshot, before: Changes, now: Changes, currency: str) -> Snapshot | None:
    """None when all has to be read: too much changed, or a category is gone."""
    ids = now.since(before)
    if ids is None or kept.size - len(kept.slots) + len(ids) > MOST:
        return None
    if not ids:
        return kept
    fresh = published.read(currency, ids)
    return kept.renewed(ids, fresh) if kept.tree.keys() <= fresh.tree.keys() else None


def current() -> Snapshot:
    snapshots: Snapshots = current_app.extensions["search_snapshots"]
    return snapshots.current(pulse.current())
