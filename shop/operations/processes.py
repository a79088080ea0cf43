"""Processes that live and die together: one ends, or Ctrl-C, and all are stopped."""

import contextlib
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
        """Stop one after the other, the last started first: a worker needs its broker to end."""
        deadline = time.monotonic() + PATIENCE
        for process in reversed(self._running.values()):
            process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(max(0.5, deadline - time.monotonic()))
            _kill_group(process)
            process.wait()


def _kill_group(process: subprocess.Popen[bytes]) -> None:
    """Also what the process itself started and left behind."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        return
