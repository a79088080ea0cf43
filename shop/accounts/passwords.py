"""Argon2id, with the parameters that OWASP gives: 19 MiB, two passes, one lane."""

from functools import lru_cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

SHORTEST = 10
LONGEST = 256

_hasher = PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1)


def make_hash(password: str) -> str:
    return _hasher.hash(password)


def is_right(password: str, password_hash: str | None) -> bool:
    """Whether the password fits. Without a hash it takes as long to say no."""
    try:
        _hasher.verify(password_hash or _nobodys_hash(), password)
    except (InvalidHashError, VerificationError):
        return False
    return bool(password_hash)


@lru_cache(maxsize=1)
def _nobodys_hash() -> str:
    return make_hash("nobody has this password")
