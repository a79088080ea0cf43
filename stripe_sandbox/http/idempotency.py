"""The answer of a POST is kept under its Idempotency-Key and given again on a retry."""

import hashlib
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from stripe_sandbox.errors import IdempotencyConflict, IdempotencyKeyInUse, InvalidRequest

KEPT_FOR = 24 * 3600


@dataclass(frozen=True)
class Answer:
    status: int
    body: str
    request_id: str


def fingerprint(method: str, path: str, body: str) -> str:
    return hashlib.sha256(f"{method} {path}\n{body}".encode()).hexdigest()


class KeysInUse:
    """Keys whose first request is still running. A second one is sent away, not queued."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._keys: set[str] = set()

    @contextmanager
    def claim(self, key: str | None) -> Iterator[None]:
        if key is None:
            yield
            return
        if len(key) > 255:
            raise InvalidRequest("Idempotency keys must be 255 characters or fewer.")
        with self._lock:
            if key in self._keys:
                raise IdempotencyKeyInUse(
                    "There is currently another in-progress request using this Idempotent Key "
                    f"({key}), so we are unable to process this request. Please try again later.",
                    code="idempotency_key_in_use",
                )
            self._keys.add(key)
        try:
            yield
        finally:
            with self._lock:
                self._keys.discard(key)


def recall(db: sqlite3.Connection, key: str, print_: str) -> Answer | None:
    """The kept answer; raises IdempotencyConflict when the parameters were others."""
    row = db.execute(
        "SELECT * FROM answers WHERE key = ? AND created > ?", (key, time.time() - KEPT_FOR)
    ).fetchone()
    if row is None:
        return None
    if row["fingerprint"] != print_:
        raise IdempotencyConflict(
            "Keys for idempotent requests can only be used with the same parameters they were "
            f"first used with. Try using a key other than '{key}' if you meant to execute a "
            "different request."
        )
    return Answer(row["status"], row["body"], row["request_id"])


def keep(db: sqlite3.Connection, key: str, print_: str, answer: Answer) -> None:
    db.execute(
        "INSERT OR REPLACE INTO answers VALUES (?, ?, ?, ?, ?, ?)",
        (key, print_, answer.status, answer.body, answer.request_id, int(time.time())),
    )
