from datetime import datetime

from sqlalchemy import Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from shop.db import Base, utcnow
from shop.leases import Leased
from shop.mail.kinds import Words
from shop.sealing import SealedText


class Mail(Leased, Base):
    """A mail as it was written, in the transaction of what it tells. The key makes it once only."""

    __tablename__ = "mails"
    __table_args__ = (
        Index("ix_mails_due", "state", "due_at"),
        Index("ix_mails_of_state", "state", "id"),
        Index("ix_mails_of_template", "template", "id"),
    )

    key: Mapped[str] = mapped_column(unique=True)
    template: Mapped[str]
    """The key of its kind."""
    recipient: Mapped[str] = mapped_column(index=True)
    subject: Mapped[str]
    text: Mapped[str] = mapped_column(SealedText)
    """Sealed: it may hold a license key or the way to an order."""
    html: Mapped[str] = mapped_column(SealedText)
    reference: Mapped[str] = mapped_column(default="", index=True)
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
    sent_at: Mapped[datetime | None]


class MailText(Base):
    """Words of the back office, which stand in for those that a kind of mail is delivered with."""

    __tablename__ = "mail_texts"

    kind: Mapped[str] = mapped_column(unique=True)
    subject: Mapped[str]
    text: Mapped[str] = mapped_column(Text)
    is_used: Mapped[bool]
    """False after a return to the delivered words, until somebody takes these back."""
    changed_at: Mapped[datetime]
    changed_by: Mapped[str]

    @property
    def words(self) -> Words:
        return Words(self.subject, self.text)
