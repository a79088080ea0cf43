"""Filters by days."""

from datetime import date
from typing import Any

from flask_admin.contrib.sqla.filters import DateBetweenFilter

from shop.admin.reports.figures.days import within
from shop.admin.reports.periods import Period


class DaysFilter(DateBetweenFilter):  # type: ignore[misc]  # without types
    """Of a column of moments: whole days of UTC, the last one included."""

    def apply(self, query: Any, value: tuple[date, date], alias: Any = None) -> Any:
        return query.filter(within(self.get_column(alias), Period(*value)))
