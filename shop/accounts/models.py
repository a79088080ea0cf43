import enum
import unicodedata
from datetime import datetime
from typing import Any, Self

from sqlalchemy import ForeignKey, Index, Select, select
from sqlalchemy.orm import Mapped, mapped_column, validates

from shop import append_only
from shop.db import Base, utcnow


class Role(enum.StrEnum):
    CUSTOMER = "customer"
    SUPPORT = "support"
    CATALOG = "catalog"
    FINANCE = "finance"
    READ_ONLY = "read_only"
    ADMIN = "admin"


def normalize_email(email: str) -> str:
    """One form for all spellings of one mailbox, as far as is safe: NFKC, no case."""
    return unicodedata.normalize("NFKC", email.strip()).casefold()


class User(Base):
    __tablename__ = "users"
    __table_args__ = (
        Index(  # for what begins with something, whatever the database's language
            "ix_users_email_norm", "email_norm", postgresql_ops={"email_norm": "text_pattern_ops"}
        ),
    )

    email: Mapped[str]
    email_norm: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str] = mapped_column(default="")
    password_hash: Mapped[str] = mapped_column(default="")
    role: Mapped[Role] = mapped_column(default=Role.CUSTOMER)
    is_active: Mapped[bool] = mapped_column(default=True)
    session_epoch: Mapped[int] = mapped_column(default=0)
    """Part of every session cookie; raising it ends all sessions of this person."""
    email_verified_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
    erasure_asked_at: Mapped[datetime | None]
    """When they asked to be forgotten; none when they did not, or it is done."""

    is_authenticated = True
    is_anonymous = False

    @classmethod
    def with_email(cls, email: str) -> Select[Self]:
        return select(cls).where(cls.email_norm == normalize_email(email))

    @validates("email")
    def _normalize(self, _field: str, email: str) -> str:
        self.email_norm = normalize_email(email)
        return email.strip()

    def end_sessions(self) -> None:
        self.session_epoch += 1

    def get_id(self) -> str:
        """What the session cookie holds; see Flask-Login."""
        return f"{self.id}:{self.session_epoch}"

    def __str__(self) -> str:
        return self.email


class ApiToken(Base):
    """A bearer token for servers; only its hash is kept."""

    __tablename__ = "api_tokens"

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    name: Mapped[str]
    token_hash: Mapped[str] = mapped_column(unique=True)
    last_characters: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
    last_used_at: Mapped[datetime | None]


class Purpose(enum.StrEnum):
    """What a link in a mail is for."""

    REGISTER = "register"
    RESET = "reset"
    VERIFY = "verify"
    CHANGE = "change"


class MailedLink(Base):
    """A link that proves who opens it reads the mails of an address. Good once, for a while."""

    __tablename__ = "mailed_links"

    key: Mapped[str] = mapped_column(unique=True)
    """The purpose and for whom: a newer link takes the place of an older one."""
    purpose: Mapped[Purpose]
    secret_hash: Mapped[str] = mapped_column(unique=True)
    email: Mapped[str]
    """Where it was sent, as it was typed."""
    user_id: Mapped[int | None] = mapped_column(
        ForeignKey("users.id", ondelete="CASCADE"), index=True
    )
    next: Mapped[str] = mapped_column(default="")
    """The page that it leads back to."""
    expires_at: Mapped[datetime] = mapped_column(index=True)


class SignInSession(Base):
    """One browser that is signed in; without its row the cookie is worth nothing."""

    __tablename__ = "sign_in_sessions"

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    token_hash: Mapped[str] = mapped_column(unique=True)
    epoch: Mapped[int] = mapped_column(default=0)
    """That of its user when it was made; what has an older one is over."""
    device: Mapped[str] = mapped_column(default="")
    """Browser and system in words."""
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
    last_seen_at: Mapped[datetime | None]
    """Noted now and then, not at every request."""
    confirmed_at: Mapped[datetime | None]
    """When this browser last proved who is there, by password and second factor."""


class AuditEntry(Base):
    """What a member of staff did or was refused. Rows are only ever added: see below."""

    __tablename__ = "audit_entries"
    __table_args__ = (
        Index("ix_audit_entries_subject", "subject", "id"),
        Index("ix_audit_entries_actor", "actor", "id"),
        Index("ix_audit_entries_act", "act", "id"),
    )

    actor: Mapped[str]
    """Their e-mail address at that time; "system" for what nobody did."""
    act: Mapped[str]
    """In the words of `subject.verb`: "order.refund", "product.update", "refused"."""
    subject: Mapped[str]
    """The kind and public id of what it was done to: "order:K-1024", "product:17"."""
    reason: Mapped[str] = mapped_column(default="")
    data: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """Before and after, amounts in minor units; never a secret."""
    request_id: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime] = mapped_column(default=utcnow, index=True)


append_only.protect(AuditEntry)
