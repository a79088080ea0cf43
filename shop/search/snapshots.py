"""The snapshot of this process: when it is read again, and who waits for that."""

import threading
import time
from collections.abc import Mapping

from flask import Flask, current_app
from sqlalchemy.exc import SQLAlchemyError

from shop.db import session
from shop.logs import log
from shop.search import pulse, snapshot
from shop.search.backend import Backend
from shop.search.pulse import Pulse
from shop.search.snapshot import Snapshot

SMALL = 2_000
"""Of so few products the snapshot is read again at once, by the request that finds it old. Of
more it is read in a thread beside the requests, which go on with the old one."""
OLDEST = 30.0
"""Seconds after which it is read again even if nobody noted a change."""
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
        self._read_at = 0.0
        self._took = 0.0

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
        age = time.monotonic() - self._read_at
        if state == self._state:
            return age > max(OLDEST, IDLE_RHYTHM * self._took)
        return kept.size <= SMALL or age > RHYTHM * self._took

    def _read(self, state: object) -> None:
        started = time.thread_time()
        fresh = snapshot.read(self._currency)
        with self._lock:
            self._kept, self._stock, self._state = fresh, None, state
            self._read_at = time.monotonic()
            self._took = time.thread_time() - started

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
