"""A process that dies at the k-th boundary: around a commit, around Stripe, before a statement.

Between two statements of one transaction nothing lasts, so dying before one or the other is the
same to everybody else; a flow that is cut at every statement shows it.
"""

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import requests
from sqlalchemy import event

from shop.config import Settings
from shop.db import db, session
from stripe_sandbox.testing import StripeSandbox


class Kill(BaseException):
    """Like SIGKILL, nothing in the shop catches it."""


class Boundaries:
    """Counts what goes by; the one at number `fatal` is the last of its process."""

    def __init__(self, fatal: int = 0, *, statements: bool = False) -> None:
        self.fatal, self.count, self.is_armed = fatal, 0, False
        self.has_statements = statements

    def tick(self, *_: object) -> None:
        if not self.is_armed:
            return
        self.count += 1
        if self.count == self.fatal:
            self.is_armed = False
            raise Kill

    @property
    def has_killed(self) -> bool:
        return 0 < self.fatal <= self.count

    def run(self, act: Callable[[], object]) -> bool:
        """Do it as a process of its own; False when it died, and with it its connections."""
        self.is_armed = not self.has_killed
        try:
            act()
        except Kill:
            session.remove()
            db.engine.dispose()
            return False
        finally:
            self.is_armed = False
        return True

    @contextmanager
    def watch(self) -> Iterator["Boundaries"]:
        listeners: list[tuple[Any, str]] = [(db.engine, "commit"), (session, "after_commit")]
        if self.has_statements:
            listeners.append((db.engine, "before_cursor_execute"))
        for target, name in listeners:
            event.listen(target, name, self.tick)
        try:
            with self._watch_stripe():
                yield self
        finally:
            for target, name in listeners:
                event.remove(target, name, self.tick)

    @contextmanager
    def _watch_stripe(self) -> Iterator[None]:
        """Before a request leaves, and after its answer came: the effect is made by then."""
        send = requests.Session.request

        def watched(http: requests.Session, method: str, url: str, **kwargs: Any) -> Any:
            if "/v1/" in url:
                self.tick()
            answer = send(http, method, url, **kwargs)
            if "/v1/" in url:
                self.tick()
            return answer

        requests.Session.request = watched  # type: ignore[assignment,method-assign]
        try:
            yield
        finally:
            requests.Session.request = send  # type: ignore[method-assign]


class Snapshot:
    """The shop on SQLite and the sandbox as they were, as often as that is wanted."""

    def __init__(self, settings: Settings, stripe: StripeSandbox) -> None:
        self.file = settings.data_dir / "shop.db"
        self.copy = settings.data_dir / f"snapshot-{id(self)}.db"
        self.store = stripe.server.box.store
        self.stripe = sqlite3.connect(":memory:", check_same_thread=False)
        self._let_go()
        shutil.copy(self.file, self.copy)
        with self.store._lock:
            self.store.db.backup(self.stripe)

    def restore(self) -> None:
        self._let_go()
        for file in self.file.parent.glob("shop.db*"):
            file.unlink()
        shutil.copy(self.copy, self.file)
        with self.store._lock:
            self.stripe.backup(self.store.db)

    def close(self) -> None:
        self.stripe.close()
        self.copy.unlink()

    def _let_go(self) -> None:
        session.remove()
        db.engine.dispose()  # the last one out writes the log into the file
