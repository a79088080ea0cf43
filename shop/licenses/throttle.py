"""Slows down who guesses keys, and programs that ask again and again.

An office behind one address may hold many licenses, so an address is only limited in keys that do
not exist.
"""

from flask import request

from shop.errors import ShopError
from shop.throttling import Key, Window

WINDOW = 60  # seconds
LIMITS = {"address": 30, "key": 120}


class TooManyQuestions(ShopError):
    status = 429
    title = "Too many questions"
    message = "That was asked too often. Please wait a minute, then ask again."


class Questions(Window):
    def check(self, key_hash: str) -> None:
        """:raises TooManyQuestions: before anybody looks for the key."""
        if self.wait(_address(), _license(key_hash)):
            raise TooManyQuestions

    def count(self, key_hash: str, *, exists: bool) -> None:
        self.add(_license(key_hash) if exists else _address())


questions = Questions(WINDOW, LIMITS)


def _address() -> Key:
    return "address", request.remote_addr or ""


def _license(key_hash: str) -> Key:
    return "key", key_hash
