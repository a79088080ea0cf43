"""All state, in one SQLite database: a file, or memory.

Objects are plain dicts. Within a transaction every id is one dict, and what a caller changes in
it is written at the end, so no caller has to save.
"""

import json
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from stripe_sandbox.conform import Problem, check_object
from stripe_sandbox.errors import Json, SandboxFault, no_such
from stripe_sandbox.schema import ADDED, SCHEMA


@dataclass
class Loaded:
    value: Json
    private: Json
    written: tuple[str, str] = ("", "")

    def texts(self) -> tuple[str, str]:
        return json.dumps(self.value), json.dumps(self.private)

    def restore(self) -> None:
        """What was last written is the truth again, in the same dicts."""
        for current, text in zip((self.value, self.private), self.written, strict=True):
            current.clear()
            current.update(json.loads(text))


class NonConforming(SandboxFault):
    """A bug of the sandbox: it was about to teach its caller a shape that Stripe does not have."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__(
            "The sandbox made a non-conforming object: " + "; ".join(map(str, problems[:4]))
        )


class Store:
    def __init__(self, file: Path | None = None) -> None:
        self.db = sqlite3.connect(file or ":memory:", isolation_level=None, check_same_thread=False)
        self.db.row_factory = sqlite3.Row
        self.db.executescript("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;" + SCHEMA)
        self._add_columns()
        self.on_commit: Callable[[], None] = lambda: None
        self._lock = threading.RLock()
        self._depth = 0
        self._loaded: dict[str, Loaded] = {}

    def _add_columns(self) -> None:
        for table, column, statement in ADDED:
            known = {row["name"] for row in self.db.execute(f"PRAGMA table_info({table})")}
            if column not in known:
                self.db.execute(statement)

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Everything inside happens, or nothing does. One at a time; an inner one joins."""
        with self._lock:
            if self._depth:
                yield self.db
                return
            self.db.execute("BEGIN IMMEDIATE")
            self._depth = 1
            changes = self.db.total_changes
            try:
                yield self.db
                self.flush()
                self.db.execute("COMMIT")
            except BaseException:
                self.db.execute("ROLLBACK")
                raise
            finally:
                self._depth = 0
                self._loaded.clear()
            has_changes = self.db.total_changes != changes
        if has_changes:
            self.on_commit()

    @contextmanager
    def rehearsal(self) -> Iterator[None]:
        """Within a transaction: everything inside is undone at the end."""
        self.flush()
        known = dict(self._loaded)
        self.db.execute("SAVEPOINT rehearsal")
        try:
            yield
        finally:
            self.db.execute("ROLLBACK TO rehearsal")
            self.db.execute("RELEASE rehearsal")
            for id in set(self._loaded) - set(known):
                del self._loaded[id]
            for loaded in known.values():
                loaded.restore()

    def add(self, value: Json, **private: Any) -> Json:
        """Keep a new object; what is private is never part of an answer."""
        self._loaded[value["id"]] = Loaded(value, private)
        self.db.execute(
            "INSERT INTO objects (id, type, created, body, private) VALUES (?, ?, ?, '{}', '{}')",
            (value["id"], value["object"], value.get("created", value.get("date", 0))),
        )
        return value

    def get(self, id: str) -> Json | None:
        loaded = self._load(id)
        return loaded.value if loaded else None

    def require(self, kind: str, id: str, param: str | None = None) -> Json:
        """Raises `resource_missing` when there is no such object, or no longer."""
        value = self.get(id)
        if value is None or value["object"] != kind or value.get("deleted"):
            raise no_such(kind, id, param)
        return value

    def private(self, id: str) -> Json:
        """What the sandbox itself knows about an object; changes are kept like the object's."""
        loaded = self._load(id)
        if loaded is None:
            raise LookupError(id)
        return loaded.private

    def remove(self, id: str) -> Json:
        """Leave `{id, object, deleted}`, which `get` still finds and `select` does not."""
        value = self._require_loaded(id).value
        kind = value["object"]
        value.clear()
        value.update(id=id, object=kind, deleted=True)
        self.db.execute("UPDATE objects SET deleted = 1 WHERE id = ?", (id,))
        return value

    def select(self, kind: str, where: str = "", values: tuple[Any, ...] = ()) -> list[Json]:
        """Objects of a type by an SQL condition on `body`, newest first unless it orders itself."""
        self.flush(kind)
        condition = where if "ORDER BY" in where else f"{where} ORDER BY seq DESC"
        rows = self.db.execute(
            f"SELECT * FROM objects WHERE type = ? AND NOT deleted {condition}",  # noqa: S608
            (kind, *values),
        )
        return [self._remember(row).value for row in rows.fetchall()]

    def flush(self, kind: str | None = None) -> None:
        """Write what was changed (of one type), after making sure that it conforms."""
        for id, loaded in self._loaded.items():
            if kind not in (None, loaded.value["object"]):
                continue
            texts = loaded.texts()
            if texts != loaded.written:
                if problems := check_object(loaded.value):
                    raise NonConforming(problems)
                self.db.execute(
                    "UPDATE objects SET body = ?, private = ? WHERE id = ?", (*texts, id)
                )
                loaded.written = texts

    def reset(self) -> None:
        with self.transaction() as db:
            self._loaded.clear()
            for table in ("objects", "answers", "deliveries", "timers"):
                db.execute(f"DELETE FROM {table}")  # noqa: S608

    def close(self) -> None:
        with self._lock:
            self.db.close()

    def _load(self, id: str) -> Loaded | None:
        if id in self._loaded:
            return self._loaded[id]
        row = self.db.execute("SELECT * FROM objects WHERE id = ?", (id,)).fetchone()
        return self._remember(row) if row else None

    def _require_loaded(self, id: str) -> Loaded:
        loaded = self._load(id)
        if loaded is None:
            raise LookupError(id)
        return loaded

    def _remember(self, row: sqlite3.Row) -> Loaded:
        if row["id"] not in self._loaded:
            texts = (row["body"], row["private"])
            self._loaded[row["id"]] = Loaded(json.loads(texts[0]), json.loads(texts[1]), texts)
        return self._loaded[row["id"]]
