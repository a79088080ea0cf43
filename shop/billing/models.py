import enum
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from shop import append_only
from shop.billing.calls import AtStripe
from shop.db import Base, utcnow
from shop.leases import Leased


class PaymentStatus(enum.StrEnum):
    """Stripe's states of a PaymentIntent, in its words."""

    REQUIRES_PAYMENT_METHOD = "requires_payment_method"
    REQUIRES_CONFIRMATION = "requires_confirmation"
    REQUIRES_ACTION = "requires_action"
    PROCESSING = "processing"
    REQUIRES_CAPTURE = "requires_capture"
    SUCCEEDED = "succeeded"
    CANCELED = "canceled"


class PaymentWay(enum.StrEnum):
    ELEMENT = "element"
    """The card form on our page: a PaymentIntent of our own."""
    HOSTED = "hosted"
    """Stripe's page: a Checkout Session, which makes the PaymentIntent when it is confirmed."""


class Payment(AtStripe, Base):
    """One attempt to collect an order's money. Its status follows Stripe by `payments.sync`."""

    __tablename__ = "payments"
    __table_args__ = (
        UniqueConstraint("order_id", "attempt"),
        CheckConstraint("refunded >= 0 AND refunded <= received", name="refunded"),
        Index("ix_payments_card", "card_last4", "created_at"),
    )

    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"), index=True)
    attempt: Mapped[int]
    """Counts the payments of an order; part of the idempotency key, stored before the call."""
    way: Mapped[PaymentWay]
    amount: Mapped[int]
    currency: Mapped[str]
    status: Mapped[PaymentStatus] = mapped_column(default=PaymentStatus.REQUIRES_PAYMENT_METHOD)
    stripe_payment_intent_id: Mapped[str | None] = mapped_column(unique=True)
    stripe_checkout_session_id: Mapped[str | None] = mapped_column(unique=True)
    received: Mapped[int] = mapped_column(default=0)
    refunded: Mapped[int] = mapped_column(default=0)
    card_brand: Mapped[str | None]
    card_last4: Mapped[str | None]
    error_code: Mapped[str | None]
    error_message: Mapped[str | None]
    """What Stripe said to the buyer about the last decline."""
    ticket: Mapped[int] = mapped_column(default=0)
    """Drawn before Stripe is asked; an answer is applied only if no later ticket was."""
    applied: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(default=utcnow)

    refunds: Mapped[list["Refund"]] = relationship(back_populates="payment", order_by="Refund.id")


class RefundStatus(enum.StrEnum):
    """Stripe's states of a Refund, and one of ours for a row whose call has not been answered."""

    REQUESTED = "requested"
    PENDING = "pending"
    REQUIRES_ACTION = "requires_action"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELED = "canceled"


NO_MONEY = (RefundStatus.FAILED, RefundStatus.CANCELED)


class Refund(Base):
    __tablename__ = "refunds"
    __table_args__ = (CheckConstraint("amount > 0", name="amount"),)

    payment_id: Mapped[int] = mapped_column(ForeignKey("payments.id"), index=True)
    stripe_refund_id: Mapped[str | None] = mapped_column(unique=True)
    amount: Mapped[int]
    status: Mapped[RefundStatus] = mapped_column(default=RefundStatus.REQUESTED)
    reason: Mapped[str] = mapped_column(default="")
    ticket: Mapped[int] = mapped_column(default=0)
    applied: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(default=utcnow)

    payment: Mapped[Payment] = relationship(back_populates="refunds")


class LedgerEntry(Base):
    """Append-only: money in (positive) and out (negative), one row per Stripe object and kind."""

    __tablename__ = "ledger_entries"
    __table_args__ = (
        UniqueConstraint("kind", "external_id"),
        Index("ix_ledger_entries_moved", "currency", "created_at"),
    )

    payment_id: Mapped[int] = mapped_column(ForeignKey("payments.id"), index=True)
    kind: Mapped[str]
    """`capture`, `refund`, `refund_failed`; `dispute` is taken by the bank or brought back, and
    `dispute_fee` is in the currency that Stripe settles in."""
    external_id: Mapped[str]
    amount: Mapped[int]
    currency: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(default=utcnow)


append_only.protect(LedgerEntry)

FAILURES = "type = 'invoice.payment_failed'"


class StripeEvent(Leased, Base):
    """The inbox: a Stripe event as it arrived. Its unique id makes a repeated delivery harmless."""

    __tablename__ = "stripe_events"
    __table_args__ = (
        Index("ix_stripe_events_due", "state", "due_at"),
        Index("ix_stripe_events_of_state", "state", "id"),
        Index("ix_stripe_events_of_type", "type", "id"),
        Index(
            "ix_stripe_events_failures",
            "object_id",
            "received_at",
            sqlite_where=text(FAILURES),
            postgresql_where=text(FAILURES),
        ),
    )

    stripe_id: Mapped[str] = mapped_column(unique=True)
    type: Mapped[str]
    object_id: Mapped[str] = mapped_column(index=True)
    api_version: Mapped[str]
    payload: Mapped[bytes] = mapped_column(LargeBinary)
    """Raw, as signed."""
    created_at: Mapped[datetime]
    """Stripe's clock, whole seconds: never sort by it."""
    received_at: Mapped[datetime] = mapped_column(default=utcnow)
