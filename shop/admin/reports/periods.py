"""The days that a report is about, as the address says them: whole days of UTC."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from shop.db import utcnow

DAYS = (7, 30, 90)
USUAL = 30
LONGEST = 366 * 3
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Period:
    first: date
    last: date
    """Inclusive."""

    @property
    def start(self) -> datetime:
        return datetime.combine(self.first, time(), UTC)

    @property
    def end(self) -> datetime:
        """The moment after it."""
        return datetime.combine(self.last + DAY, time(), UTC)

    @property
    def length(self) -> int:
        return (self.last - self.first).days + 1

    @property
    def before(self) -> "Period":
        """As many days, just before."""
        return Period(self.first - timedelta(days=self.length), self.first - DAY)

    @property
    def both(self) -> "Period":
        """With the days before it."""
        return Period(self.before.first, self.last)

    @property
    def days(self) -> list[date]:
        return [self.first + timedelta(days=n) for n in range(self.length)]

    def of(self, daily: Mapping[date, int]) -> list[int]:
        """Its days' values, in order; a day without one is 0."""
        return [daily.get(day, 0) for day in self.days]

    @property
    def words(self) -> str:
        return f"{self.first:%-d %b %Y} to {self.last:%-d %b %Y}"

    @property
    def query(self) -> str:
        return f"from={self.first}&to={self.last}"


def last_days(count: int) -> Period:
    today = utcnow().date()
    return Period(today - timedelta(days=count - 1), today)


def read(arguments: Mapping[str, str]) -> tuple[Period, str]:
    """What `from` and `to`, or `days`, ask for; and what is wrong with it, else an empty text."""
    days = arguments.get("days", "")
    if days in map(str, DAYS):
        return last_days(int(days)), ""
    usual = last_days(USUAL)
    if not (arguments.get("from") or arguments.get("to")):
        return usual, ""
    try:
        found = Period(
            date.fromisoformat(arguments.get("from") or str(usual.first)),
            date.fromisoformat(arguments.get("to") or str(usual.last)),
        )
    except ValueError:
        return usual, "Give both days as 2026-11-30."
    return (usual, wrong) if (wrong := _complaint(found)) else (found, "")


def _complaint(found: Period) -> str:
    if found.first > found.last:
        return "The first day is after the last one."
    if found.length > LONGEST:
        return "Three years at most can be shown at once."
    is_odd = found.first.year < 2000 or found.last.year > 2200
    return "These days are too far away." if is_odd else ""
