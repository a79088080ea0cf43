from datetime import datetime, timedelta

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
