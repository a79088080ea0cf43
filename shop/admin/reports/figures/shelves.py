"""What is on the shelves."""

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import func, select, text

from shop.admin.reports.periods import Period
from shop.catalog.models import SCARCE, Product, Status, StockMovement, Variant
from shop.db import session, utcnow
from shop.search.models import SearchMiss

LOOKED_BACK = timedelta(days=30)
IS_SCARCE = text(SCARCE)


@dataclass(frozen=True)
class Scarce:
    product_id: int
    title: str
    sku: str
    available: int
    on_hand: int
    sold: int
    """In the last thirty days."""

    @property
    def days_left(self) -> int | None:
        """None when nothing was sold."""
        return self.available * LOOKED_BACK.days // self.sold if self.sold else None


def stock_running_out(limit: int) -> list[Scarce]:
    """Stock runs out where five or fewer of a published product's edition can still be sold.

    What open checkouts hold is not counted as left. The days left are the units left by what was
    sold a day in the last thirty days. This is as it is now, whatever the period.
    """
    sold = (
        select(func.coalesce(-func.sum(StockMovement.delta), 0))
        .where(StockMovement.variant_id == Variant.id, StockMovement.reason == "sale")
        .where(StockMovement.created_at >= utcnow() - LOOKED_BACK)
        .scalar_subquery()
    )
    left = Variant.on_hand - Variant.reserved
    query = (
        select(Product.id, Product.title, Variant.sku, left, Variant.on_hand, sold)
        .join(Product, Product.id == Variant.product_id)
        .where(IS_SCARCE, Product.status == Status.PUBLISHED)
        .order_by(left, Product.title, Variant.id)
        .limit(limit)
    )
    return [Scarce(*row) for row in session.execute(query)]


@dataclass(frozen=True)
class Missed:
    text: str
    count: int
    last: date


def zero_result_searches(period: Period, limit: int) -> list[Missed]:
    """Searches without a result are what was looked for, without filters, and not found at all.

    They are counted by day and words, capitals aside; a search that was put right and then found
    something is not among them. Who searched is not known, and words with an @ or with six digits
    or more are not counted: they may be somebody's address or number. At most a thousand different
    searches are kept of a day, for 400 days.
    """
    times = func.sum(SearchMiss.count)
    query = (
        select(SearchMiss.text, times, func.max(SearchMiss.day))
        .where(SearchMiss.day.between(period.first, period.last))
        .group_by(SearchMiss.text)
        .order_by(times.desc(), SearchMiss.text)
        .limit(limit)
    )
    return [Missed(*row) for row in session.execute(query)]
