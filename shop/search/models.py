from datetime import date, datetime, timedelta

from sqlalchemy import Date, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from shop.db import Base, utcnow

KEPT = timedelta(minutes=5)
"""So long a change is remembered when the index has it, for processes that have not seen it."""


class SearchChange(Base):
    """The dirty flag: a product whose entry in the index is older than the product."""

    __tablename__ = "search_changes"

    product_id: Mapped[int] = mapped_column(unique=True)
    changed_at: Mapped[datetime] = mapped_column(default=utcnow)
    indexed_at: Mapped[datetime | None] = mapped_column(index=True)
    """None while it waits for the index."""


class SearchMiss(Base):
    """How often words found nothing on a day, in UTC."""

    __tablename__ = "search_misses"
    __table_args__ = (UniqueConstraint("day", "text"),)

    day: Mapped[date] = mapped_column(Date)
    text: Mapped[str]
    count: Mapped[int]
