"""The numbers of a report: as people read them, and as a spreadsheet does."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from shop import money
from shop.admin import exporting

UNKNOWN = "—"


@dataclass(frozen=True)
class Money:
    """Minor units."""

    amount: int
    currency: str

    def __str__(self) -> str:
        return money.show(self.amount, self.currency)


@dataclass(frozen=True)
class Share:
    """A part of a whole, 1 being all of it."""

    value: Fraction

    def __str__(self) -> str:
        return f"{self.percent} %"

    @property
    def percent(self) -> str:
        """With one decimal, where there is one."""
        tenths = round(self.value * 1000)
        return f"{tenths / 10:g}"


def share(part: int, whole: int) -> Share | None:
    return Share(Fraction(part, whole)) if whole else None


@dataclass(frozen=True)
class Table:
    titles: Sequence[str]
    rows: Sequence[Sequence[Any]]
    """Of text, numbers, days, money and shares; None for what is not known."""
    total: Sequence[Any] = ()

    @property
    def numeric(self) -> list[bool]:
        """By column: whether it holds numbers."""
        first = self.rows[0] if self.rows else [""] * len(self.titles)
        return [not isinstance(cell, str | date) for cell in first]

    @property
    def shown(self) -> Iterator[list[str]]:
        return ([show(cell) for cell in row] for row in self.rows)

    @property
    def shown_total(self) -> list[str]:
        return [show(cell) for cell in self.total]

    def csv(self) -> Iterator[str]:
        """Amounts are plain decimal numbers, so that sums can be made; titles name the currency."""
        rows = [*self.rows, *([self.total] if self.total else [])]
        titles = [self._title(n, title) for n, title in enumerate(self.titles)]
        return exporting.rows_of(titles, ([raw(cell) for cell in row] for row in rows))

    def _title(self, n: int, title: str) -> str:
        amounts = (row[n] for row in self.rows if isinstance(row[n], Money))
        amount = next(amounts, None)
        return f"{title} ({amount.currency})" if amount else title


def show(cell: Any) -> str:
    if cell is None:
        return UNKNOWN
    if isinstance(cell, int):
        return f"{cell:,}"
    return show_day(cell) if isinstance(cell, date) else str(cell)


def show_day(day: date) -> str:
    return f"{day:%-d %b %Y}"


def raw(cell: Any) -> Any:
    if isinstance(cell, Money):
        return money.to_decimal(cell.amount, cell.currency)
    if isinstance(cell, Share):
        return float(cell.percent)
    return "" if cell is None else cell
