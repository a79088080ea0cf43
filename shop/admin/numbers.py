"""Numbers as people type them."""

import re
from decimal import Decimal, InvalidOperation

GROUPED = re.compile(r"\d{1,3}(?:([,' ])\d{3}(?:\1\d{3})*|(?:\.\d{3}){2,})")
GROUPED_BEFORE_COMMA = re.compile(r"\d{1,3}(?:\.\d{3})+")


def plain_number(text: str) -> Decimal:
    """1,234.50 and 1.234,50 and 1234,5 are what they look like.

    Of one mark before three digits, a comma groups thousands and a point begins the decimals.

    :raises InvalidOperation: for everything else.
    """
    text = text.strip().replace("\u00a0", " ").replace("\u2019", "'")
    whole, mark, part = _split(text)
    if GROUPED.fullmatch(whole) or (mark == "," and GROUPED_BEFORE_COMMA.fullmatch(whole)):
        whole = re.sub(r"[,.' ]", "", whole)
    if not (_is_digits(whole) and (_is_digits(part) or not mark)):
        raise InvalidOperation
    return Decimal(f"{whole}.{part or 0}")


def _split(text: str) -> tuple[str, str, str]:
    """Whole part, decimal mark, decimals."""
    if GROUPED.fullmatch(text):
        return text, "", ""
    at = max(text.rfind(","), text.rfind("."))
    return (text[:at], text[at], text[at + 1 :]) if at > 0 else (text, "", "")


def _is_digits(text: str) -> bool:
    return text.isascii() and text.isdigit()
