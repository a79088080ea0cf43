"""Does what is due and no worker did: the broker lost its nudge, or a worker died.

A process of its own, which needs nothing but the database.
"""

import signal
import threading
from collections.abc import Callable
from typing import Any

import click

from shop import db
from shop.logs import log

PAUSE = 1.0  # seconds

Sweep = Callable[[], int | None]
_sweeps: list[Sweep] = []


def sweep_with(*sweeps: Sweep) -> None:
    """Have these run in every round; `connect()` lists them."""
    for sweep in sweeps:
        if sweep not in _sweeps:
            _sweeps.append(sweep)


def sweep_once() -> None:
    """One round. A part that fails does not stop the others."""
    for sweep in _sweeps:
        try:
            sweep()
            db.commit()
        except Exception as error:  # noqa: BLE001  the next part and the next round go on
            db.rollback()
            log.exception("sweep failed", sweep=sweep.__module__, error=type(error).__name__)
        db.session.remove()


@click.command("sweep")
@click.option("--once", is_flag=True, help="One round, then end.")
def sweep_command(*, once: bool) -> None:
    """Do what is due, again and again, without a broker."""
    if once:
        sweep_once()
        return
    stop = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, _setting(stop))
    while not stop.wait(PAUSE):
        sweep_once()


def _setting(stop: threading.Event) -> Any:
    return lambda *_: stop.set()


commands = [sweep_command]
