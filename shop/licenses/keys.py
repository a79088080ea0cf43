"""License keys: 140 random bits and a checksum, in letters that survive being read aloud.

`7F3KQ-2M9XW-…`: six groups of five in Crockford's base32, which has no I, L, O and U. The last two
characters are the number modulo a prime, so one wrong character or two swapped ones are noticed
before anybody is asked.
"""

import secrets
from hashlib import sha256

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
RANDOM, CHECK, GROUP = 28, 2, 5  # characters
LENGTH = RANDOM + CHECK
PRIME = 1021
"""The largest below 32 * 32."""
LOOKALIKES = str.maketrans("ILO", "110", "-\u2010\u2011\u2013")
PYTHONS = str.maketrans(ALPHABET, "0123456789abcdefghijklmnopqrstuv")
LONGEST = 100
"""Characters of what may have been meant as a key."""


def make() -> str:
    number = secrets.randbits(RANDOM * 5)
    return _grouped(_encode(number, RANDOM) + _encode(number % PRIME, CHECK))


def read(typed: str) -> str | None:
    """The key as we write it, however it was typed; None when it cannot be one of ours."""
    symbols = _symbols(typed)
    if len(symbols) != LENGTH or not set(symbols) <= set(ALPHABET):
        return None
    if _decode(symbols[:RANDOM]) % PRIME != _decode(symbols[RANDOM:]):
        return None
    return _grouped(symbols)


def digest(key: str) -> str:
    """What is kept and looked for. A fast hash is enough: nobody can try 2^140 keys.

    Keys are only ever compared by it, so how long that takes tells nothing of them.
    """
    return sha256(key.encode()).hexdigest()


def ending(key: str) -> str:
    """The last group, which may be shown and by which support finds the license."""
    return key[-GROUP:]


def tail(typed: str) -> str:
    """The end of a key as somebody reads it out, as far as we keep it; empty if it is none."""
    symbols = _symbols(typed)[-GROUP:]
    return symbols if set(symbols) <= set(ALPHABET) else ""


def _symbols(typed: str) -> str:
    return "".join(typed[:LONGEST].upper().split()).translate(LOOKALIKES)


def _encode(number: int, length: int) -> str:
    return "".join(ALPHABET[number >> 5 * place & 31] for place in reversed(range(length)))


def _decode(symbols: str) -> int:
    return int(symbols.translate(PYTHONS), 32)


def _grouped(symbols: str) -> str:
    return "-".join(symbols[at : at + GROUP] for at in range(0, len(symbols), GROUP))
