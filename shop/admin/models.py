from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from shop.db import Base, utcnow


class SavedView(Base):
    """A list with its tab, search and filters, kept by one member of staff under a name."""

    __tablename__ = "saved_views"
    __table_args__ = (UniqueConstraint("user_id", "view", "name"),)

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    view: Mapped[str]
    """The endpoint of the list, such as "admin_orders"."""
    name: Mapped[str]
    query: Mapped[str]
    """The query string of its address."""
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
