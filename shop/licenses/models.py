import enum
from calendar import monthrange
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from shop.catalog.models import Product
from shop.db import Base, utcnow
from shop.orders.rights import Right
from shop.sealing import SealedText


class OnExpiry(enum.StrEnum):
    STOP = "stop"
    KEEP_VERSIONS = "keep_versions"
    """What was released before goes on working: updates for a year, the program for good."""


class Status(enum.StrEnum):
    ACTIVE = "active"
    EXPIRED = "expired"
    SUSPENDED = "suspended"
    REVOKED = "revoked"


class Deactivation(enum.StrEnum):
    """Why a machine does not use the license any more."""

    MACHINE = "machine"
    """The program asked for it."""
    OWNER = "owner"
    """On the account page, for a machine that cannot ask any more."""
    SILENCE = "silence"
    ROTATION = "rotation"
    STAFF = "staff"


class LicensePolicy(Base):
    """The rules of a product's licenses, or of one variant's, which then come first.

    Its licenses follow a change at once, but for the date and the limit that they were sold with.
    """

    __tablename__ = "license_policies"
    __table_args__ = (
        Index(
            "uq_license_policies_whole_product",
            "product_id",
            unique=True,
            sqlite_where=text("variant_id IS NULL"),
            postgresql_where=text("variant_id IS NULL"),
        ),
        CheckConstraint("duration_months > 0", name="duration_months"),
        CheckConstraint("machine_limit > 0", name="machine_limit"),
        CheckConstraint("overage_percent >= 0", name="overage_percent"),
        CheckConstraint("heartbeat_seconds >= 60", name="heartbeat_seconds"),
        CheckConstraint("offline_days >= 0", name="offline_days"),
    )

    product_id: Mapped[int] = mapped_column(
        ForeignKey("products.id", ondelete="CASCADE"), index=True
    )
    variant_id: Mapped[int | None] = mapped_column(
        ForeignKey("variants.id", ondelete="CASCADE"), unique=True
    )
    duration_months: Mapped[int | None]
    """None: for good."""
    on_expiry: Mapped[OnExpiry] = mapped_column(default=OnExpiry.KEEP_VERSIONS)
    machine_limit: Mapped[int | None]
    """For each piece bought; None for as many as they like."""
    overage_percent: Mapped[int] = mapped_column(default=0)
    """How far above the limit we look the other way."""
    heartbeat_seconds: Mapped[int | None]
    """A floating license: a machine that is silent for longer gives its seat back."""
    offline_days: Mapped[int] = mapped_column(default=30)
    """How long a license file works without asking us; 0: there is none."""
    entitlements: Mapped[list[str]] = mapped_column(default=list)
    """Codes of what the license opens inside the program, such as `export-pdf`."""

    product: Mapped[Product] = relationship()

    @property
    def is_floating(self) -> bool:
        return self.heartbeat_seconds is not None

    def expiry(self, since: datetime) -> datetime | None:
        """When a license that starts then expires; the day of the month stays if it exists."""
        if self.duration_months is None:
            return None
        year, month = divmod(since.year * 12 + since.month - 1 + self.duration_months, 12)
        day = min(since.day, monthrange(year, month + 1)[1])
        return since.replace(year=year, month=month + 1, day=day)


class License(Right, Base):
    """A key, and what it allows. Of the key itself, the database has nothing that can be used."""

    __tablename__ = "licenses"
    __table_args__ = (
        CheckConstraint("machines >= 0", name="machines"),
        CheckConstraint("machine_limit > 0", name="machine_limit"),
    )

    key_hash: Mapped[str] = mapped_column(unique=True)
    last_characters: Mapped[str] = mapped_column(index=True)
    key: Mapped[str | None] = mapped_column(SealedText)
    """Only for showing it to its owner; None once the shop's secret key has changed."""
    is_pooled: Mapped[bool] = mapped_column(default=False)
    """The key was uploaded, and cannot be replaced by one of ours; several stand side by side."""
    policy_id: Mapped[int] = mapped_column(ForeignKey("license_policies.id"), index=True)
    product_id: Mapped[int] = mapped_column(ForeignKey("products.id"), index=True)
    order_line_id: Mapped[int | None] = mapped_column(ForeignKey("order_lines.id"), unique=True)
    """The cause, where it was bought for good."""
    subscription_id: Mapped[int | None] = mapped_column(ForeignKey("subscriptions.id"), unique=True)
    """The cause, where it is subscribed to: valid as long as that gives access."""
    given_by: Mapped[str] = mapped_column(default="")
    """The cause, where staff gave it: who, and why."""
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"), index=True)
    machine_limit: Mapped[int | None]
    machines: Mapped[int] = mapped_column(default=0)
    """How many use it now: the activations that are not over."""
    issued_at: Mapped[datetime] = mapped_column(default=utcnow)
    expires_at: Mapped[datetime | None]
    """Whoever pays for longer may move it."""

    policy: Mapped[LicensePolicy] = relationship()
    product: Mapped[Product] = relationship()
    activations: Mapped[list["Activation"]] = relationship(
        cascade="all, delete-orphan", order_by="Activation.id"
    )

    @property
    def is_expired(self) -> bool:
        return self.expires_at is not None and self.expires_at <= utcnow()

    @property
    def is_full(self) -> bool:
        """Whether another machine finds no seat."""
        if self.machine_limit is None:
            return False
        allowed = self.machine_limit * (100 + self.policy.overage_percent)
        return (self.machines + 1) * 100 > allowed

    @property
    def status(self) -> Status:
        return status_of(self.ended_at, self.suspended_at, self.expires_at)


def status_of(
    ended_at: datetime | None, suspended_at: datetime | None, expires_at: datetime | None
) -> Status:
    """What staff did comes before what time did."""
    if ended_at:
        return Status.REVOKED
    if suspended_at:
        return Status.SUSPENDED
    return Status.EXPIRED if expires_at and expires_at <= utcnow() else Status.ACTIVE


class Activation(Base):
    """One machine that uses a license, or did."""

    __tablename__ = "activations"
    __table_args__ = (
        Index(
            "uq_activations_running",
            "license_id",
            "fingerprint",
            unique=True,
            sqlite_where=text("deactivated_at IS NULL"),
            postgresql_where=text("deactivated_at IS NULL"),
        ),
        Index("ix_activations_history", "license_id", "fingerprint", "id"),
        Index("ix_activations_fingerprint", "fingerprint"),
        Index("ix_activations_name", "name", postgresql_ops={"name": "text_pattern_ops"}),
        Index(
            "ix_activations_dying",
            "dies_at",
            sqlite_where=text("deactivated_at IS NULL"),
            postgresql_where=text("deactivated_at IS NULL"),
        ),
    )

    license_id: Mapped[int] = mapped_column(ForeignKey("licenses.id", ondelete="CASCADE"))
    fingerprint: Mapped[str]
    """By which the program knows the machine again; a hash is best."""
    name: Mapped[str] = mapped_column(default="")
    """For people: `mara-macbook`."""
    version: Mapped[str] = mapped_column(default="")
    """Of the program, as last heard."""
    activated_at: Mapped[datetime] = mapped_column(default=utcnow)
    last_seen_at: Mapped[datetime] = mapped_column(default=utcnow)
    dies_at: Mapped[datetime | None]
    """Of a floating license: when the seat is free again unless it is heard of before."""
    deactivated_at: Mapped[datetime | None]
    deactivation: Mapped[Deactivation | None]


class RetiredKey(Base):
    """A key that was replaced, so that support still finds what somebody reads out."""

    __tablename__ = "retired_keys"

    license_id: Mapped[int] = mapped_column(
        ForeignKey("licenses.id", ondelete="CASCADE"), index=True
    )
    key_hash: Mapped[str] = mapped_column(unique=True)
    last_characters: Mapped[str] = mapped_column(index=True)
    retired_at: Mapped[datetime] = mapped_column(default=utcnow)
