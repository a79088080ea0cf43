"""Slows down who guesses keys, and programs that ask again and again.

Counted in this process, so N web processes allow N times as much. An office behind one address may
hold many licenses, so an address is only limited in keys that do not exist.
"""

import time
from collections import Counter
from threading import Lock

from flask import request

from shop.errors import ShopError

WINDOW = 60  # seconds
LIMITS = {"address": 30, "key": 120}


class TooManyQuestions(ShopError):
    status = 429
    title = "Too many questions"
    message = "That was asked too often. Please wait a minute, then ask again."


class Window:
    """Counts since the minute began; the tests bring their own clock."""

    def __init__(self) -> None:
        self.clock = time.monotonic
        self._lock = Lock()
        self._number = 0
        self._counts: Counter[tuple[str, str]] = Counter()

    def check(self, key_hash: str) -> None:
        """:raises TooManyQuestions: before anybody looks for the key."""
        with self._lock:
            self._turn_over()
            if any(self._counts[name] >= LIMITS[name[0]] for name in (_address(), _key(key_hash))):
                raise TooManyQuestions

    def count(self, key_hash: str, *, exists: bool) -> None:
        with self._lock:
            self._turn_over()
            self._counts[_key(key_hash) if exists else _address()] += 1

    def forget(self) -> None:
        with self._lock:
            self._counts.clear()

    def _turn_over(self) -> None:
        number = int(self.clock()) // WINDOW
        if number != self._number:
            self._number = number
            self._counts.clear()


questions = Window()


def _address() -> tuple[str, str]:
    return "address", request.remote_addr or ""


def _key(key_hash: str) -> tuple[str, str]:
    return "key", key_hash
