"""One row per event and endpoint: what is to be sent, and how that went."""

import random
import sqlite3
import time
from typing import Any

from stripe_sandbox.errors import Json
from stripe_sandbox.sandbox import Sandbox


def endpoints_for(box: Sandbox, kind: str) -> list[Json]:
    """Enabled endpoints that want this type of event, oldest first."""
    return [
        endpoint
        for endpoint in reversed(box.store.select("webhook_endpoint"))
        if endpoint["status"] == "enabled" and {"*", kind} & set(endpoint["enabled_events"])
    ]


def schedule(box: Sandbox, event: Json, endpoints: list[Json]) -> None:
    kind = event["type"]
    state = "dropped" if box.mischief.drops(kind) else "pending"
    due = time.time() + box.mischief.delay_of(kind)
    box.store.db.executemany(
        "INSERT INTO deliveries (event, type, endpoint, state, due) VALUES (?, ?, ?, ?, ?)",
        [
            (event["id"], kind, endpoint["id"], state, due)
            for endpoint in endpoints
            for _ in range(box.mischief.copies)
        ],
    )


def claim(box: Sandbox, rng: random.Random) -> sqlite3.Row | None:
    """Take the next due delivery for sending."""
    with box.store.transaction() as db:
        rows = db.execute(
            "SELECT * FROM deliveries WHERE state = 'pending' AND due <= ? "
            "ORDER BY due, id LIMIT ?",
            (time.time(), 1 if box.mischief.shuffle is None else 1000),
        ).fetchall()
        if not rows or box.mischief.hold:
            return None
        row: sqlite3.Row = rng.choice(rows)
        db.execute("UPDATE deliveries SET state = 'sending' WHERE id = ?", (row["id"],))
        return row


def finish(box: Sandbox, row: sqlite3.Row, status: int, answer: str) -> None:
    """Note the outcome of one try; anything but 2xx is tried again until the delays run out."""
    attempts = row["attempts"] + 1
    delays = box.settings.retry_delays
    with box.store.transaction() as db:
        if 200 <= status < 300:
            state, due = "delivered", row["due"]
            event = box.store.get(row["event"])
            if event:
                event["pending_webhooks"] = max(0, event["pending_webhooks"] - 1)
        elif attempts <= len(delays):
            state, due = "pending", time.time() + delays[attempts - 1]
        else:
            state, due = "failed", row["due"]
        db.execute(
            "UPDATE deliveries SET state = ?, attempts = ?, due = ?, status = ?, answer = ? "
            "WHERE id = ?",
            (state, attempts, due, status, answer[:500], row["id"]),
        )


def replay(box: Sandbox, event: Json) -> None:
    """Send an event once more to everybody who wants it now."""
    with box.store.transaction() as db:
        for endpoint in endpoints_for(box, event["type"]):
            db.execute(
                "INSERT INTO deliveries (event, type, endpoint, due) VALUES (?, ?, ?, ?)",
                (event["id"], event["type"], endpoint["id"], time.time()),
            )


def hurry(box: Sandbox) -> None:
    """Make everything that waits due now."""
    with box.store.transaction() as db:
        db.execute("UPDATE deliveries SET due = ? WHERE state = 'pending'", (time.time(),))


def recover(box: Sandbox) -> None:
    """What was being sent when the last process ended is sent again."""
    with box.store.transaction() as db:
        db.execute("UPDATE deliveries SET state = 'pending' WHERE state = 'sending'")


def unfinished(box: Sandbox, *, retries: bool) -> int:
    """How many are under way or due; with retries also those that wait for a later time."""
    horizon = float("inf") if retries else time.time()
    states = "('sending')" if box.mischief.hold else "('sending', 'pending')"
    with box.store.transaction() as db:
        row = db.execute(
            f"SELECT count(*) FROM deliveries WHERE state IN {states} "  # noqa: S608
            "AND (state = 'sending' OR due <= ?)",
            (horizon,),
        ).fetchone()
        return int(row[0])


def next_due(box: Sandbox) -> float | None:
    with box.store.transaction() as db:
        row = db.execute("SELECT min(due) FROM deliveries WHERE state = 'pending'").fetchone()
        return None if row[0] is None or box.mischief.hold else float(row[0])


def listed(box: Sandbox, event: str | None = None, limit: int = 1000) -> list[Json]:
    """Newest first."""
    condition, values = ("WHERE event = ?", (event,)) if event else ("", ())
    parameters: tuple[Any, ...] = (*values, limit)
    with box.store.transaction() as db:
        rows = db.execute(
            f"SELECT * FROM deliveries {condition} ORDER BY id DESC LIMIT ?",  # noqa: S608
            parameters,
        ).fetchall()
    return [dict(row) for row in rows]
