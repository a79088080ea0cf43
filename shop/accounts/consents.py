"""What somebody agreed to or took back: kept with the words that they read, and never changed."""

from datetime import datetime

from sqlalchemy import ForeignKey, select
from sqlalchemy.orm import Mapped, mapped_column

from shop import append_only
from shop.db import Base, session, utcnow


class Consent(Base):
    """One answer. The newest for a subject is the one that holds (GDPR, article 7)."""

    __tablename__ = "consents"

    subject: Mapped[str] = mapped_column(index=True)
    """What it is for, by kind and id, such as "grant:17"."""
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"), index=True)
    """None for a guest, who is known by the subject alone."""
    words: Mapped[str]
    """What stood beside the box, or on the button."""
    about: Mapped[str]
    """The name of what it is for, as it was then."""
    is_given: Mapped[bool]
    """False when it was taken back."""
    created_at: Mapped[datetime] = mapped_column(default=utcnow)


append_only.protect(Consent)


def of(user_id: int) -> list[Consent]:
    """The answers of an account, newest first."""
    mine = select(Consent).where(Consent.user_id == user_id)
    return list(session.scalars(mine.order_by(Consent.id.desc())))
