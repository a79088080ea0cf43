"""Billing periods: steps of a price's interval, counted from an anchor."""

import calendar
from datetime import UTC, datetime

from stripe_sandbox.errors import Json

SECONDS = {"day": 24 * 3600, "week": 7 * 24 * 3600}
MONTHS = {"month": 1, "year": 12}


def boundary(anchor: int, recurring: Json, count: int) -> int:
    """The anchor plus that many intervals; the 31st becomes the last day of shorter months."""
    steps = count * int(recurring["interval_count"])
    if seconds := SECONDS.get(recurring["interval"]):
        return anchor + steps * seconds
    day = datetime.fromtimestamp(anchor, UTC)
    months = day.month - 1 + steps * MONTHS[recurring["interval"]]
    year, month = day.year + months // 12, months % 12 + 1
    last_day = calendar.monthrange(year, month)[1]
    return int(day.replace(year=year, month=month, day=min(day.day, last_day)).timestamp())


def period_at(anchor: int, recurring: Json, at: int) -> tuple[int, int]:
    """Start and end of the period that holds this time."""
    length = boundary(anchor, recurring, 1) - anchor
    count = (at - anchor) // length
    while boundary(anchor, recurring, count) > at:
        count -= 1
    while boundary(anchor, recurring, count + 1) <= at:
        count += 1
    return boundary(anchor, recurring, count), boundary(anchor, recurring, count + 1)
