"""What somebody may have meant, by the shape of what they typed."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from urllib.parse import urlsplit

from shop.admin.numbers import plain_number

LONGEST = 200
FEWEST = 3
"""Letters of a name or an address; fewer find too many to choose from."""
STRIPE_ID = re.compile(r"(?:cus|pi|ch|py|in|sub|cs|re|pyr|evt|cn|du|dp)_[A-Za-z0-9_]{3,}")
NUMBER = re.compile(r"#?(?:K-?)?([0-9A-Z]{4,12})")
TOKEN = re.compile(r"[A-Za-z0-9_-]{40,48}")
KEY_END = re.compile(r"[.…*-]*[0-9A-Za-z]{4,8}|(?:[0-9A-Za-z]{5}-)*[0-9A-Za-z]{4,5}")
DATES = ("%Y-%m-%d", "%d.%m.%Y", "%d/%m/%Y")


@dataclass(frozen=True)
class Card:
    last4: str
    day: date | None = None
    amount: Decimal | None = None

    @property
    def days(self) -> tuple[datetime, datetime] | None:
        """A day to either side: the buyer's day is not always ours."""
        if self.day is None:
            return None
        noon = datetime(self.day.year, self.day.month, self.day.day, tzinfo=UTC)
        return noon - timedelta(days=1), noon + timedelta(days=2)


def tidy(typed: str) -> str:
    """Without what is around it; empty when nothing can be meant by it."""
    text = " ".join(typed[:LONGEST].split())
    return "" if "\0" in text else text


def is_stripe_id(text: str) -> bool:
    return bool(STRIPE_ID.fullmatch(text))


def order_numbers(text: str) -> list[str]:
    """`K-7Q4M2X`, also without its head, with a # or in small letters."""
    found = NUMBER.fullmatch(text.upper())
    return [f"K-{found[1]}", found[1]] if found else [text.lstrip("#").upper()]


def token(text: str) -> str:
    """Of an address that somebody pasted, or alone; empty when there is none."""
    last = urlsplit(text).path.rstrip("/").rpartition("/")[2] if "/" in text else text
    parts = urlsplit(text).path.split("/") if "/" in text else [last]
    return next((part for part in parts if TOKEN.fullmatch(part)), "")


def is_key_end(text: str) -> bool:
    return bool(KEY_END.fullmatch(text))


def card(text: str) -> Card | None:
    """`4242`, with or without a date and an amount, in any order."""
    first, *rest = text.split(" ")
    if not (first.isascii() and first.isdigit() and len(first) == 4) or len(rest) > 2:
        return None
    days, amounts = [], []
    for word in rest:
        if (day := _day(word)) is not None:
            days.append(day)
        elif (amount := _amount(word)) is not None:
            amounts.append(amount)
    if len(days) + len(amounts) != len(rest) or len(days) > 1 or len(amounts) > 1:
        return None
    return Card(first, next(iter(days), None), next(iter(amounts), None))


def _day(word: str) -> date | None:
    for form in DATES:
        try:
            day = datetime.strptime(word, form).replace(tzinfo=UTC).date()
        except ValueError:
            continue
        return day if 1970 < day.year < 9999 else None
    return None


def _amount(word: str) -> Decimal | None:
    try:
        amount = plain_number(word.strip("€$£"))
    except InvalidOperation:
        return None
    return amount if amount < 10**9 else None


def spellings(text: str) -> Iterator[str]:
    """Of a name that is kept as it was given."""
    yield from dict.fromkeys((text, text.lower(), text.upper(), text.capitalize()))
