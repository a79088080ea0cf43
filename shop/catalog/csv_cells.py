"""The cells of one CSV row as typed values; what is wrong with them is collected, not raised."""

import re
from collections.abc import Mapping
from decimal import Decimal

from shop import money

MOST_WHOLE = 10_000_000
MOST_AMOUNT = 99_999_999  # minor units; Stripe charges no more at once
WHOLE = re.compile(r"[0-9]{1,9}(\.0+)?")
AMOUNT = re.compile(r"[0-9]{1,12}(\.[0-9]{1,12})?")
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
FLAGS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


class Cells:
    """An empty cell is None, and in `text` empty; a column that the file lacks is always None."""

    def __init__(self, cells: Mapping[str, str]) -> None:
        self._cells = cells
        self.problems: list[str] = []

    def text(self, column: str, most: int = 200) -> str | None:
        """On one line; None only when the file has no such column."""
        value = self.long_text(column, most)
        return None if value is None else " ".join(value.split())

    def long_text(self, column: str, most: int = 200_000) -> str | None:
        value = self._cells.get(column)
        if value and CONTROL.search(value):
            self.problems.append(f"{column} holds a control character")
        elif value and len(value) > most:
            self.problems.append(f"{column} is longer than {most} characters")
        return value

    def flag(self, column: str) -> bool | None:
        value = self._cells.get(column, "").lower()
        if value and value not in FLAGS:
            self._refuse(column, value, "is neither true nor false")
        return FLAGS.get(value)

    def whole(self, column: str) -> int | None:
        number = self._number(column, WHOLE, "a whole number")
        return None if number is None else self._at_most(MOST_WHOLE, int(number), column)

    def amount(self, column: str, currency: str) -> int | None:
        """Minor units."""
        number = self._number(column, AMOUNT, "an amount such as 19.90")
        if number is None:
            return None
        try:
            return self._at_most(MOST_AMOUNT, money.to_minor(number, currency), column)
        except ValueError as error:
            self.problems.append(f"{column} {error}")
            return None

    def _at_most(self, most: int, number: int, column: str) -> int | None:
        if number <= most:
            return number
        self._refuse(column, self._cells[column], "is too much")
        return None

    def _number(self, column: str, shape: re.Pattern[str], name: str) -> Decimal | None:
        value = self._cells.get(column, "")
        if not value:
            return None
        if shape.fullmatch(value):
            return Decimal(value)
        is_negative = shape.fullmatch(value.removeprefix("-"))
        self._refuse(column, value, "is below zero" if is_negative else f"is not {name}")
        return None

    def _refuse(self, column: str, value: str, reason: str) -> None:
        """The value in quotes, short, and harmless on a terminal."""
        shown = repr(value if len(value) <= 40 else f"{value[:39]}…")
        self.problems.append(f"{column} {shown} {reason}")
