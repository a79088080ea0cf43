"""The snapshot of this process: when it is read again, and who waits for that."""

import threading
import time
from collections.abc import Mapping

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
"""Of so few products the snapshot is read again at once, by the request that finds it old. Of
more it is read in a thread beside the requests, which go on with the old one."""
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
        self._lock = threading.Lock()
        self._kept: Snapshot | None = None
        self._state: object = None
        self._stock: Mapping[int, int] | None = None
        self._changes: Changes | None = None
        self._read_at = self._whole_at = 0.0
        self._took = self._whole_took = 0.0

    def current(self, now: Pulse) -> Snapshot:
        """Read again when something changed; while somebody reads, the others go on."""
        state = (self._backend.version(), now.changes)
        kept = self._kept
        if kept is None:
            with self._reading:
                if self._kept is None:
                    self._read(state)
        elif self._is_due(kept, state) and self._reading.acquire(blocking=False):
            if kept.size > SMALL:
                threading.Thread(target=self._read_apart, args=(state,), daemon=True).start()
            else:
                try:
                    self._read(state)
                finally:
                    self._reading.release()
        return self._with_stock(now.empty_variants)

    def _is_due(self, kept: Snapshot, state: object) -> bool:
        now = time.monotonic()
        if state == self._state:
            return now - self._whole_at > max(OLDEST, IDLE_RHYTHM * self._whole_took)
        return kept.size <= SMALL or now - self._read_at > RHYTHM * self._took

    def _read(self, state: object) -> None:
        """What changed, if that is known; otherwise, or if nothing did, all of it."""
        started, kept = time.thread_time(), self._kept
        seen = changes.read() if kept is None or kept.size > SMALL else None
        renewed = self._renewed(seen) if state != self._state else None
        fresh = renewed or published.read(self._currency)
        with self._lock:
            self._kept, self._stock, self._state, self._changes = fresh, None, state, seen
            self._read_at = time.monotonic()
            self._took = time.thread_time() - started
            if renewed is None:
                self._whole_at, self._whole_took = self._read_at, self._took

    def _renewed(self, seen: Changes | None) -> Snapshot | None:
        """None when all has to be read: too much changed, or a category is gone."""
        kept, before = self._kept, self._changes
        ids = seen.since(before) if seen and before else None
        if kept is None or ids is None or kept.size - len(kept.slots) + len(ids) > MOST:
            return None
        if not ids:
            return kept
        fresh = published.read(self._currency, ids)
        return kept.renewed(ids, fresh) if kept.tree.keys() <= fresh.tree.keys() else None

    def _read_apart(self, state: object) -> None:
        try:
            with self._app.app_context():
                session.connection(execution_options={"only_reads": True})
                self._read(state)
        except SQLAlchemyError as error:
            self._read_at = time.monotonic()
            log.error("products cannot be read", error=type(error).__name__)
        finally:
            self._reading.release()

    def _with_stock(self, empty_variants: Mapping[int, int]) -> Snapshot:
        with self._lock:
            kept = self._kept
            if kept is None:
                raise RuntimeError("nothing was read yet")
            if self._stock != empty_variants:
                kept = kept.with_stock(empty_variants)
            self._kept, self._stock = kept, empty_variants
            return kept


def current() -> Snapshot:
    snapshots: Snapshots = current_app.extensions["search_snapshots"]
    return snapshots.current(pulse.current())
