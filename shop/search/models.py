from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from shop.db import Base, utcnow


class SearchChange(Base):
    """The dirty flag: a product whose entry in the index is older than the product."""

    __tablename__ = "search_changes"

    product_id: Mapped[int] = mapped_column(unique=True)
    changed_at: Mapped[datetime] = mapped_column(default=utcnow)
