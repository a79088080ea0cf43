import secrets
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


class UndoOffer(Base):
    """What one act changed, as it was and as it became, for who wants it back."""

    __tablename__ = "undo_offers"

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    token: Mapped[str] = mapped_column(unique=True, default=lambda: secrets.token_urlsafe(12))
    """For its address: SQLite gives numbers twice."""
    act: Mapped[str]
    """Its name in `undoing.table`."""
    url: Mapped[str]
    """Where the act led to."""
    parts: Mapped[str]
    """See `undoing.parts`."""
    created_at: Mapped[datetime] = mapped_column(default=utcnow, index=True)
    done_at: Mapped[datetime | None]
