"""Slows down who tries passwords, whether one address tries many people or many try one.

And who has us send mails, whether to many people or many to one.

Counted in this process, so N web processes allow N times as much: still far too little to guess.
All counts start anew with every window, so nobody is locked out for longer than one.
"""

import time
from collections import Counter
from collections.abc import Mapping
from threading import Lock

from flask import request

from shop.accounts.models import normalize_email
from shop.errors import ShopError

WINDOW = 15 * 60  # seconds
LIMITS = {"pair": 10, "address": 50, "person": 100}
CODE_LIMITS = {"pair": 10, "address": 50, "person": 20}  # who tries a code knows the password
MAIL_LIMITS = {"address": 20, "person": 5}

Key = tuple[str, ...]


class TooManyTries(ShopError):
    status = 429
    title = "Too many tries"

    def __init__(self, reason: str, seconds: int) -> None:
        minutes = -(-seconds // 60)
        wait = f"{minutes} minutes" if minutes > 1 else "a minute"
        super().__init__(f"{reason} Please wait {wait} and try again.")


class Window:
    """What was counted since the window began; the tests bring their own clock."""

    def __init__(self, limits: Mapping[str, int], reason: str) -> None:
        self._limits = limits
        self._reason = reason
        self.clock = time.monotonic
        self._lock = Lock()
        self._number = 0
        self._counts: Counter[Key] = Counter()

    def check(self, email: str) -> None:
        """:raises TooManyTries: when a limit is reached, before the password is looked at."""
        with self._lock:
            self._turn_over()
            if any(self._counts[key] >= self._limits[key[0]] for key in self._keys(email)):
                raise TooManyTries(self._reason, WINDOW - int(self.clock()) % WINDOW)

    def count(self, email: str) -> None:
        with self._lock:
            self._turn_over()
            self._counts.update(self._keys(email))

    def forget(self) -> None:
        with self._lock:
            self._counts.clear()

    def _turn_over(self) -> None:
        number = int(self.clock()) // WINDOW
        if number != self._number:
            self._number = number
            self._counts.clear()

    def _keys(self, email: str) -> list[Key]:
        person, address = normalize_email(email)[:254], request.remote_addr or ""
        keys = [("pair", person, address), ("address", address), ("person", person)]
        return [key for key in keys if key[0] in self._limits]


tries = Window(LIMITS, "Too many passwords were wrong.")
codes = Window(CODE_LIMITS, "Too many codes were wrong.")
asks = Window(MAIL_LIMITS, "Too many mails were asked for.")
