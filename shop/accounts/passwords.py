"""Argon2id, with the parameters that OWASP gives: 19 MiB, two passes, one lane.

What may be a password is as NIST SP 800-63B says: long, any characters, none of the commonest.
"""

import unicodedata
from functools import lru_cache
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

SHORTEST = 12
LONGEST = 256

COMMON = "This is one of the passwords that are guessed first. A few unrelated words are better."
ABOUT_YOU = "Leave your address and the name of the shop out of it: those are guessed first."

ROWS = ("01234567890123456789", "abcdefghijklmnopqrstuvwxyz", "qwertyuiopasdfghjklzxcvbnm")
LETTERS = str.maketrans("013457@$!", "oleastasi")

_hasher = PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1)


def make_hash(password: str) -> str:
    return _hasher.hash(_normalize(password))


def is_right(password: str, password_hash: str | None) -> bool:
    """Whether the password fits. Without a hash it takes as long to say no."""
    try:
        _hasher.verify(password_hash or _nobodys_hash(), _normalize(password))
    except (InvalidHashError, VerificationError):
        return False
    return bool(password_hash)


def weakness(password: str, *known: str) -> str | None:
    """Why this is a bad password, in a sentence; None when it is not.

    :param known: what everybody knows of the person, such as the address.
    """
    plain = _normalize(password).casefold()
    if _is_row(plain) or _is_common(plain):
        return COMMON
    words = (word.casefold() for word in known if len(word) >= 4)
    if any(word in plain and len(plain) - len(word) < 6 for word in words):
        return ABOUT_YOU
    return None


def _is_row(plain: str) -> bool:
    """Few different characters, or keys beside each other."""
    return len(set(plain)) < 4 or any(plain in row or plain[::-1] in row for row in ROWS)


def _is_common(plain: str) -> bool:
    """One of the commonest, also several times, with digits around it, or in disguise."""
    core = plain.strip("0123456789!?.,;:*#$@+-_ ")
    plainest = core.translate(LETTERS)
    return any(_is_only(core, word) or _is_only(plainest, word) for word in _common())


def _is_only(text: str, word: str) -> bool:
    return bool(text) and not text.replace(word, "")


@lru_cache(maxsize=1)
def _common() -> frozenset[str]:
    file = Path(__file__).with_name("common_passwords.txt")
    return frozenset(file.read_text(encoding="utf-8").split())


def _normalize(password: str) -> str:
    """The same keys give the same password, on whatever system they are typed."""
    return unicodedata.normalize("NFKC", password)


@lru_cache(maxsize=1)
def _nobodys_hash() -> str:
    return make_hash("nobody has this password")
