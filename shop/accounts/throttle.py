"""Slows down who tries passwords, whether one address tries many people or many try one.

Counted in this process, so N web processes allow N times as much: still far too little to guess.
All counts start anew with every window, so nobody is locked out for longer than one.
"""

import time
from collections import Counter
from threading import Lock

from flask import request

from shop.accounts.models import normalize_email
from shop.errors import ShopError

WINDOW = 15 * 60  # seconds
LIMITS = {"pair": 10, "address": 50, "person": 100}

Key = tuple[str, ...]


class TooManyTries(ShopError):
    status = 429
    title = "Too many tries"

    def __init__(self, seconds: int) -> None:
        minutes = -(-seconds // 60)
        wait = f"{minutes} minutes" if minutes > 1 else "a minute"
        super().__init__(f"Too many passwords were wrong. Please wait {wait} and try again.")


class Window:
    """Failed tries since the window began; the tests bring their own clock."""

    def __init__(self) -> None:
        self.clock = time.monotonic
        self._lock = Lock()
        self._number = 0
        self._failed: Counter[Key] = Counter()

    def check(self, email: str) -> None:
        """:raises TooManyTries: when a limit is reached, before the password is looked at."""
        with self._lock:
            self._turn_over()
            if any(self._failed[key] >= LIMITS[key[0]] for key in _keys(email)):
                raise TooManyTries(WINDOW - int(self.clock()) % WINDOW)

    def count_failure(self, email: str) -> None:
        with self._lock:
            self._turn_over()
            self._failed.update(_keys(email))

    def forget(self) -> None:
        with self._lock:
            self._failed.clear()

    def _turn_over(self) -> None:
        number = int(self.clock()) // WINDOW
        if number != self._number:
            self._number = number
            self._failed.clear()


tries = Window()


def _keys(email: str) -> list[Key]:
    person, address = normalize_email(email)[:254], request.remote_addr or ""
    return [("pair", person, address), ("address", address), ("person", person)]
