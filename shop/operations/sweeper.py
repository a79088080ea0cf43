"""Does what is due and no worker did: the broker lost its nudge, or a worker died.

A process of its own, which needs nothing but the database.
"""

import signal
import threading
from collections.abc import Callable
from typing import Any

import click
from flask import Flask, current_app

from shop import db
from shop.logs import log

PAUSE = 1.0  # seconds

Sweep = Callable[[], int | None]
_sweeps: list[Sweep] = []


def sweep_with(*sweeps: Sweep) -> None:
    """Have these run in every round; `schedule()` in `shop/app.py` lists them."""
    for sweep in sweeps:
        if sweep not in _sweeps:
            _sweeps.append(sweep)


def sweep_once() -> None:
    """One round of all. A part that fails does not stop the others."""
    for sweep in _sweeps:
        _run(sweep)


def _run(sweep: Sweep) -> None:
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
    app = current_app._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001  the app itself
    for sweep in _sweeps:
        threading.Thread(target=_keep_running, args=(app, sweep, stop), daemon=True).start()
    stop.wait()


def _keep_running(app: Flask, sweep: Sweep, stop: threading.Event) -> None:
    """In a thread of its own: mails do not wait for a Stripe that hangs, nor for a long rebuild."""
    while not stop.wait(PAUSE):
        with app.app_context():
            _run(sweep)


def _setting(stop: threading.Event) -> Any:
    return lambda *_: stop.set()


commands = [sweep_command]
