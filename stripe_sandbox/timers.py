"""What happens by itself later."""

import time
from collections.abc import Callable

from stripe_sandbox.sandbox import Sandbox

Action = Callable[[Sandbox, str], None]
ACTIONS: dict[str, Action] = {}


def action(kind: str) -> Callable[[Action], Action]:
    def register(function: Action) -> Action:
        ACTIONS[kind] = function
        return function

    return register


def start(box: Sandbox, kind: str, id: str, due: float) -> None:
    box.store.db.execute("INSERT OR REPLACE INTO timers VALUES (?, ?, ?)", (kind, id, due))


def stop(box: Sandbox, kind: str, id: str) -> None:
    box.store.db.execute("DELETE FROM timers WHERE kind = ? AND object = ?", (kind, id))


def run_due(box: Sandbox) -> int:
    """Do what is due; how much that was."""
    with box.store.transaction() as db:
        rows = db.execute(
            "SELECT kind, object FROM timers WHERE due <= ? ORDER BY due", (time.time(),)
        ).fetchall()
        for row in rows:
            stop(box, row["kind"], row["object"])
            ACTIONS[row["kind"]](box, row["object"])
        return len(rows)
