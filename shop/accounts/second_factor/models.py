from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from shop.db import Base, utcnow
from shop.sealing import SealedText


class SecondFactor(Base):
    """An app that makes codes (TOTP, RFC 6238). It counts once a first code of it was right."""

    __tablename__ = "second_factors"

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), unique=True)
    secret: Mapped[str | None] = mapped_column(SealedText)
    """None when the key that sealed it is gone."""
    last_step: Mapped[int] = mapped_column(default=0)
    """The time step of the newest code that was taken: that one and all before it are used up."""
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
    confirmed_at: Mapped[datetime | None]


class RecoveryCode(Base):
    """Stands in for the app, once: its row is deleted then."""

    __tablename__ = "recovery_codes"

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    code_hash: Mapped[str] = mapped_column(unique=True)
