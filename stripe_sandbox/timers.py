"""What happens by itself later."""

import time
from collections.abc import Callable

from stripe_sandbox.clocks import clock_of
from stripe_sandbox.errors import Json
from stripe_sandbox.sandbox import Sandbox

Action = Callable[[Sandbox, str], None]
ACTIONS: dict[str, Action] = {}
ON_FAILURE: dict[str, Action] = {}


def action(kind: str, on_failure: Action | None = None) -> Callable[[Action], Action]:
    """Register what a timer of this kind does; `on_failure` takes its place when that raises."""

    def register(function: Action) -> Action:
        ACTIONS[kind] = function
        if on_failure:
            ON_FAILURE[kind] = on_failure
        return function

    return register


def start(box: Sandbox, kind: str, id: str, due: float) -> None:
    """Due in real time."""
    _start(box, kind, id, due, None)


def start_for(box: Sandbox, kind: str, value: Json, due: float) -> None:
    """Due in the time of this object, which may be a test clock's."""
    clock = clock_of(box.store, value)
    _start(box, kind, value["id"], due, clock["id"] if clock else None)


def stop(box: Sandbox, kind: str, id: str) -> None:
    box.store.db.execute("DELETE FROM timers WHERE kind = ? AND object = ?", (kind, id))


def move(box: Sandbox, id: str, clock: str) -> None:
    """What is due for this object is due by this test clock from now on."""
    box.store.db.execute("UPDATE timers SET clock = ? WHERE object = ?", (clock, id))


def run_due(box: Sandbox) -> int:
    """Do what is due in real time; how much that was."""
    count = 0
    while _run_next(box):
        count += 1
    return count


def run_clock(box: Sandbox, clock: Json, until: int) -> None:
    """Let the clock pass one timer after the other, each at its own time."""
    while timer := _next(box, clock["id"], until):
        kind, id, due = timer
        clock["frozen_time"] = max(clock["frozen_time"], int(due))
        stop(box, kind, id)
        ACTIONS[kind](box, id)


def _start(box: Sandbox, kind: str, id: str, due: float, clock: str | None) -> None:
    box.store.db.execute(
        "INSERT OR REPLACE INTO timers (kind, object, due, clock) VALUES (?, ?, ?, ?)",
        (kind, id, due, clock),
    )


def _run_next(box: Sandbox) -> bool:
    kind, id = "", ""
    try:
        with box.store.transaction():
            timer = _next(box, None, time.time())
            if timer is None:
                return False
            kind, id, _ = timer
            stop(box, kind, id)
            ACTIONS[kind](box, id)
    except Exception:
        with box.store.transaction():
            stop(box, kind, id)  # it would fail for ever, and hold up all others
            ON_FAILURE.get(kind, _ignore)(box, id)
        raise
    return True


def _ignore(box: Sandbox, id: str) -> None:
    """Nothing has to be told."""


def _next(box: Sandbox, clock: str | None, until: float) -> tuple[str, str, float] | None:
    row = box.store.db.execute(
        "SELECT kind, object, due FROM timers WHERE clock IS ? AND due <= ? ORDER BY due, rowid",
        (clock, until),
    ).fetchone()
    return (row["kind"], row["object"], row["due"]) if row else None
