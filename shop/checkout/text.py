"""What people type into names and addresses, made storable."""

import unicodedata

DIRECTIONS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def clean(value: str) -> str:
    """One spelling (NFC), single spaces.

    :raises ValueError: for control characters, half surrogates and switches of direction, which
        no name has and which databases, mails and labels trip over.
    """
    spaced = " ".join(value.split())
    if any(unicodedata.category(sign) in {"Cc", "Cs"} or sign in DIRECTIONS for sign in spaced):
        raise ValueError("This has a character that cannot be printed. Please type it again.")
    return unicodedata.normalize("NFC", spaced)
