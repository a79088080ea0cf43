"""Numbers without gaps: a tax office asks where a missing one went.

The counter's row stays locked until the transaction that drew from it ends. If that is rolled back,
the number is free again, and whoever waited for the lock gets it.
"""

from datetime import datetime

from shop import db
from shop.billing.invoices.models import InvoiceCounter
from shop.db import session

INVOICES = "{year}"
CREDIT_NOTES = "CN-{year}"


def draw(form: str, at: datetime) -> tuple[str, int]:
    """The series of that moment's year, and its next number.

    To be drawn as late as possible: all others who pay wait from here to the commit.

    :param form: `INVOICES` or `CREDIT_NOTES`.
    """
    series = form.format(year=at.year)
    counter = db.insert(InvoiceCounter).values(series=series, last=1)
    counted = counter.on_conflict_do_update(
        index_elements=["series"], set_={"last": InvoiceCounter.last + 1}
    )
    return series, session.scalars(counted.returning(InvoiceCounter.last)).one()


def write(series: str, sequence: int) -> str:
    """`2026-000123`."""
    return f"{series}-{sequence:06}"
