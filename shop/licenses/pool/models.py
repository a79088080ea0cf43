from datetime import datetime

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from shop.db import Base, utcnow
from shop.sealing import SealedText


class PoolKey(Base):
    """A key of a variant's pool. It is sold once, and never put back: its buyer has seen it."""

    __tablename__ = "pool_keys"
    __table_args__ = (
        Index(
            "ix_pool_keys_free",
            "variant_id",
            "id",
            sqlite_where=text("taken_at IS NULL"),
            postgresql_where=text("taken_at IS NULL"),
        ),
    )

    variant_id: Mapped[int] = mapped_column(ForeignKey("variants.id"), index=True)
    key_hash: Mapped[str] = mapped_column(unique=True)
    key: Mapped[str | None] = mapped_column(SealedText)
    license_id: Mapped[int | None] = mapped_column(ForeignKey("licenses.id"), index=True)
    """Whose it is; a license of several pieces has several."""
    added_at: Mapped[datetime] = mapped_column(default=utcnow)
    taken_at: Mapped[datetime | None]
