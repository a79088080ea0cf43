"""Slows down who tries passwords, whether one address tries many people or many try one.

And who has us send mails, whether to many people or many to one.
"""

from collections.abc import Mapping

from flask import request

from shop.accounts.models import normalize_email
from shop.errors import ShopError
from shop.throttling import Key, Window

WINDOW = 15 * 60  # seconds
LIMITS = {"pair": 10, "address": 50, "person": 100}
CODE_LIMITS = {"pair": 10, "address": 50, "person": 20}  # who tries a code knows the password
MAIL_LIMITS = {"address": 20, "person": 5}


class TooManyTries(ShopError):
    status = 429
    title = "Too many tries"

    def __init__(self, reason: str, seconds: int) -> None:
        minutes = -(-seconds // 60)
        wait = f"{minutes} minutes" if minutes > 1 else "a minute"
        super().__init__(f"{reason} Please wait {wait} and try again.")


class Tries(Window):
    def __init__(self, limits: Mapping[str, int], reason: str) -> None:
        super().__init__(WINDOW, limits)
        self._reason = reason

    def check(self, email: str) -> None:
        """:raises TooManyTries: when a limit is reached, before the password is looked at."""
        if seconds := self.wait(*_keys(email)):
            raise TooManyTries(self._reason, seconds)

    def count(self, email: str) -> None:
        self.add(*_keys(email))


def _keys(email: str) -> list[Key]:
    person, address = normalize_email(email)[:254], request.remote_addr or ""
    return [("pair", person, address), ("address", address), ("person", person)]


tries = Tries(LIMITS, "Too many passwords were wrong.")
codes = Tries(CODE_LIMITS, "Too many codes were wrong.")
asks = Tries(MAIL_LIMITS, "Too many mails were asked for.")
