"""What the address of the dashboard or a report asks for."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from flask import request

from shop import config
from shop.admin.reports import periods
from shop.admin.reports.figures import sales
from shop.admin.reports.periods import Period


@dataclass(frozen=True)
class Asked:
    period: Period
    currency: str
    currencies: Sequence[str]
    """That money came in, the most used one first."""
    error: str
    """What is wrong with the days that were typed."""
    first: str
    last: str
    """As typed, where that is wrong."""

    def address(self, **other: str) -> str:
        """What follows the question mark to ask the same, but for what is given."""
        days = {"from": str(self.period.first), "to": str(self.period.last)}
        return urlencode({**days, "currency": self.currency, **other})

    def address_of_days(self, days: int) -> str:
        return urlencode({"days": days, "currency": self.currency})

    def is_last(self, days: int) -> bool:
        return self.period == periods.last_days(days)


def read() -> Asked:
    period, error = periods.read(request.args)
    currencies = sales.currencies(period) or [config.current().currency]
    wanted = request.args.get("currency", "")
    return Asked(
        period,
        wanted if wanted in currencies else currencies[0],
        currencies,
        error,
        request.args.get("from", "")[:20] if error else str(period.first),
        request.args.get("to", "")[:20] if error else str(period.last),
    )
