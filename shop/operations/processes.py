"""Processes that live and die together: one ends, or Ctrl-C, and all are stopped."""

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Self

PATIENCE = 10.0  # seconds from a polite stop to a kill
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Processes:
    """`with Processes() as processes:` start some, then `wait`. None outlives the block.

    Each child is in a group of its own, so that its children end with it. A polite stop is told
    to the child alone: Celery lets its own finish their tasks. What the others lean on is told
    last, when they have ended.
    """

    def __init__(self, patience: float = PATIENCE) -> None:
        self._patience = patience
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self._leaned_on: set[str] = set()
        self._passing: set[str] = set()
        self._stop = threading.Event()

    def __enter__(self) -> Self:
        for number in SIGNALS:
            signal.signal(number, lambda *_: self._stop.set())
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self.end()

    def start(
        self, name: str, command: Sequence[str], *, leaned_on: bool = False, passing: bool = False
    ) -> None:
        """
        :param passing: its end is nobody else's.
        """
        if not self._stop.is_set():
            self._leaned_on |= {name} if leaned_on else set()
            self._passing |= {name} if passing else set()
            self._running[name] = subprocess.Popen(command, start_new_session=True)  # noqa: S603  ours

    def wait_until(self, is_up: Callable[[], bool], within: float) -> bool:
        """Whether it came up in this many seconds, with all processes running."""
        deadline = time.monotonic() + within
        while time.monotonic() < deadline and not self._ended() and not self._stop.wait(0.1):
            if is_up():
                return True
        return False

    def wait(self) -> int:
        """Until one process ends or a signal comes; returns 0 after a signal, else 1."""
        while not self._stop.wait(0.2):
            if name := self._ended():
                code = self._running[name].returncode
                sys.stderr.write(f"{name} ended with {code}, stopping the rest\n")
                return 1
        return 0

    def _ended(self) -> str | None:
        for name, process in self._running.items():
            if process.poll() is not None and name not in self._passing:
                return name
        return None

    def end(self) -> None:
        """Stop all and wait for them: first those on whom nobody leans."""
        leaned_on = [self._running[name] for name in self._leaned_on]
        self._end([process for process in self._running.values() if process not in leaned_on])
        self._end(leaned_on)

    def _end(self, processes: Sequence[subprocess.Popen[bytes]]) -> None:
        for process in processes:
            process.terminate()
        deadline = time.monotonic() + self._patience
        for process in processes:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(max(0.1, deadline - time.monotonic()))
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)  # it, or children that it left behind
            process.wait()
