"""Processes that live and die together: one ends, or Ctrl-C, and all are stopped."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence

PATIENCE = 10.0  # seconds from a polite stop to a kill


class Processes:
    """Start with `start`, then `wait`; children are in groups of their own, so none is orphaned."""

    def __init__(self) -> None:
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self._stop = threading.Event()

    def start(self, name: str, command: Sequence[str]) -> None:
        self._running[name] = subprocess.Popen(command, start_new_session=True)  # noqa: S603  ours

    def wait(self) -> int:
        """Until one process ends or a signal comes; returns 0 after a signal, else 1."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, lambda *_: self._stop.set())
        while not self._stop.wait(0.2):
            for name, process in self._running.items():
                if process.poll() is not None:
                    sys.stderr.write(f"{name} ended with {process.returncode}, stopping the rest\n")
                    self.end()
                    return 1
        self.end()
        return 0

    def end(self) -> None:
        """Stop all in reverse order of their start, and wait for them."""
        for process in reversed(self._running.values()):
            _signal(process, signal.SIGTERM)
        deadline = time.monotonic() + PATIENCE
        for process in reversed(self._running.values()):
            try:
                process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                _signal(process, signal.SIGKILL)
                process.wait()


def _signal(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    try:
        os.killpg(process.pid, number)
    except ProcessLookupError:
        return
