import secrets
from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from shop.catalog.models import Product
from shop.db import Base, utcnow
from shop.orders.rights import Right

STABLE = "stable"
"""The channel that everybody is offered first, and told of."""


class Release(Base):
    """One version of a product's files."""

    __tablename__ = "releases"
    __table_args__ = (UniqueConstraint("product_id", "version"),)

    product_id: Mapped[int] = mapped_column(ForeignKey("products.id"), index=True)
    version: Mapped[str]
    notes: Mapped[str] = mapped_column(Text, default="")
    channel: Mapped[str] = mapped_column(default=STABLE)
    """`stable`, or such as `beta`: for who looks for it."""
    released_at: Mapped[datetime] = mapped_column(default=utcnow)
    yanked_at: Mapped[datetime | None]
    """Taken off the shelf: nobody is offered it any more, and what runs it goes on."""
    yank_reason: Mapped[str] = mapped_column(default="")
    told_to: Mapped[int] = mapped_column(default=0)
    """Up to which grant, by its id, those who asked for news have been told."""
    told_at: Mapped[datetime | None] = mapped_column(index=True)
    """When there was nobody left to tell."""

    files: Mapped[list["File"]] = relationship(
        back_populates="release", cascade="all, delete-orphan", order_by="File.id"
    )


class File(Base):
    """A link object of the download diagram: one file of a release, in the storage."""

    __tablename__ = "files"

    release_id: Mapped[int] = mapped_column(ForeignKey("releases.id"), index=True)
    name: Mapped[str]
    storage_key: Mapped[str] = mapped_column(unique=True)
    content_type: Mapped[str] = mapped_column(default="application/octet-stream")
    platform: Mapped[str] = mapped_column(default="")
    """Such as `macOS`; empty for any."""
    size: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str]

    release: Mapped[Release] = relationship(back_populates="files")


class Grant(Right, Base):
    """Why somebody may download a product: by an order line, a subscription or staff.

    It ends with date and cause.
    """

    __tablename__ = "grants"
    __table_args__ = (
        UniqueConstraint("order_line_id"),
        UniqueConstraint("subscription_id"),
        CheckConstraint("used >= 0 AND (most IS NULL OR used <= most)", name="used"),
    )

    token: Mapped[str] = mapped_column(unique=True, default=secrets.token_urlsafe)
    """Addresses the stable page; knowing it is how a guest shows the purchase is theirs."""
    order_line_id: Mapped[int | None] = mapped_column(ForeignKey("order_lines.id"))
    subscription_id: Mapped[int | None] = mapped_column(ForeignKey("subscriptions.id"))
    given_by: Mapped[str] = mapped_column(default="")
    """Where staff gave it: who, and why."""
    product_id: Mapped[int] = mapped_column(ForeignKey("products.id"), index=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"), index=True)
    used: Mapped[int] = mapped_column(default=0)
    most: Mapped[int | None]
    """How many downloads there are in all; None for no limit."""
    expires_at: Mapped[datetime | None]
    given_at: Mapped[datetime] = mapped_column(default=utcnow)
    versions_until: Mapped[datetime | None]
    """Later releases are not covered; None for all that come."""
    wants_news: Mapped[bool] = mapped_column(default=False)
    """Asked to be told of new versions by mail."""

    product: Mapped[Product] = relationship()

    @property
    def left(self) -> int | None:
        """How many downloads are left; None for no limit."""
        return None if self.most is None else self.most - self.used

    @property
    def is_over(self) -> bool:
        """Its time has passed; a grant that was taken back is never shown at all."""
        return self.expires_at is not None and self.expires_at <= utcnow()

    def covers(self, release: Release) -> bool:
        is_on_time = self.versions_until is None or release.released_at <= self.versions_until
        return is_on_time and release.yanked_at is None


class Download(Base):
    """The log: which file went out under which grant."""

    __tablename__ = "downloads"
    __table_args__ = (UniqueConstraint("nonce"),)

    grant_id: Mapped[int] = mapped_column(ForeignKey("grants.id"), index=True)
    file_name: Mapped[str]
    nonce: Mapped[str]
    """Of the link: a resumed download is counted once."""
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
