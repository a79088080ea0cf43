"""Text that the database keeps and must not give away: sealed with a key made from SHOP_SECRET_KEY.

Who has a copy of the database alone reads none of it. After a change of the secret key, neither do
we, unless the old one is among SHOP_PREVIOUS_SECRET_KEY: such a column then reads as None.
"""

import os
from base64 import b64decode, b64encode
from contextlib import suppress
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import Text, TypeDecorator
from sqlalchemy.engine import Dialect

from shop import config

MARK = "sealed:1:"
NONCE = 12  # bytes


class SealedText(TypeDecorator[str]):
    """Plain text in Python, AES-256-GCM in the database. Cannot be searched."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, _dialect: Dialect) -> str | None:
        return None if value is None else seal(value)

    def process_result_value(self, value: str | None, _dialect: Dialect) -> str | None:
        return None if value is None else unseal(value)


def seal(text: str) -> str:
    nonce = os.urandom(NONCE)
    return MARK + b64encode(nonce + _ciphers()[0].encrypt(nonce, text.encode(), None)).decode()


def unseal(sealed: str) -> str | None:
    """The text; None when it was sealed with another key. What bears no mark was never sealed."""
    if not sealed.startswith(MARK):
        return sealed
    packed = b64decode(sealed.removeprefix(MARK))
    for cipher in _ciphers():
        with suppress(InvalidTag):
            return cipher.decrypt(packed[:NONCE], packed[NONCE:], None).decode()
    return None


def _ciphers() -> list[AESGCM]:
    """The one to seal with first."""
    return [_cipher(secret) for secret in config.current().sealing_secrets]


@lru_cache(maxsize=16)
def _cipher(secret: str) -> AESGCM:
    derived = HKDF(SHA256(), length=32, salt=None, info=b"keystall sealed text")
    return AESGCM(derived.derive(secret.encode()))
