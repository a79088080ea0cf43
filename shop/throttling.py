"""How often somebody may: what was counted since a window of time began.

Counted in this process, so N web processes allow N times as much: still far too little to guess
anything. All counts start anew with every window, so nobody is locked out for longer than one.
"""

import time
from collections import Counter
from collections.abc import Mapping
from threading import Lock

Key = tuple[str, ...]
"""What is limited, such as an address, and which one of them."""


class Window:
    """The tests bring their own clock."""

    def __init__(self, seconds: int, limits: Mapping[str, int]) -> None:
        """:param limits: how much of what is enough, by the first word of the keys."""
        self.clock = time.monotonic
        self._seconds = seconds
        self._limits = limits
        self._lock = Lock()
        self._number = 0
        self._counts: Counter[Key] = Counter()

    def wait(self, *keys: Key) -> int:
        """The seconds until there is more when one of these has had enough, else 0."""
        with self._lock:
            self._turn_over()
            if any(self._counts[key] >= self._limits[key[0]] for key in self._limited(keys)):
                return self._seconds - int(self.clock()) % self._seconds
            return 0

    def add(self, *keys: Key) -> None:
        with self._lock:
            self._turn_over()
            self._counts.update(self._limited(keys))

    def forget(self) -> None:
        with self._lock:
            self._counts.clear()

    def _limited(self, keys: tuple[Key, ...]) -> list[Key]:
        return [key for key in keys if key[0] in self._limits]

    def _turn_over(self) -> None:
        number = int(self.clock()) // self._seconds
        if number != self._number:
            self._number = number
            self._counts.clear()
