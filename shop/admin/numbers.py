"""Numbers as people type them."""

import re
from decimal import Decimal, InvalidOperation

GROUPED = re.compile(r"\d{1,3}([,.' ])\d{3}(?:\1\d{3})*")


def plain_number(text: str) -> Decimal:
    """1,234.50 and 1.234,50 and 1234,5 are what they look like; 1,234 is one thousand and more.

    :raises InvalidOperation: for everything else.
    """
    text = text.strip().replace("\u00a0", " ").replace("\u2019", "'")
    whole, mark, part = _split(text)
    digits = re.sub(r"[,.' ]", "", whole) if GROUPED.fullmatch(whole) else whole
    if not (digits.isascii() and digits.isdigit() and (part.isdigit() or not mark)):
        raise InvalidOperation
    return Decimal(f"{digits}.{part or 0}")


def _split(text: str) -> tuple[str, str, str]:
    """Whole part, decimal mark, decimals."""
    if GROUPED.fullmatch(text):
        return text, "", ""
    at = max(text.rfind(","), text.rfind("."))
    return (text[:at], text[at], text[at + 1 :]) if at > 0 else (text, "", "")
