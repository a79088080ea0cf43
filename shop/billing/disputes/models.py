import enum
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from shop.billing.models import Payment
from shop.billing.subscriptions.models import Subscription
from shop.db import Base, utcnow


class Stage(enum.StrEnum):
    """What a dispute means for us, whatever Stripe calls it."""

    ASKED = "asked"
    """The bank only asks so far; the money is still here."""
    OPEN = "open"
    LOST = "lost"
    OVER = "over"
    """The money is ours after all."""


STAGES = {
    "warning_needs_response": Stage.ASKED,
    "warning_under_review": Stage.ASKED,
    "warning_closed": Stage.OVER,
    "won": Stage.OVER,
    "prevented": Stage.OVER,
    "lost": Stage.LOST,
}
NEEDS_ANSWER = frozenset({"needs_response", "warning_needs_response"})
"""The statuses in which Stripe waits for us."""


class Dispute(Base):
    """Our record of a Stripe Dispute: somebody's bank wants a payment back."""

    __tablename__ = "disputes"
    __table_args__ = (
        CheckConstraint("(payment_id IS NULL) <> (subscription_id IS NULL)", name="cause"),
    )

    stripe_dispute_id: Mapped[str] = mapped_column(unique=True)
    stripe_charge_id: Mapped[str] = mapped_column(index=True)
    payment_id: Mapped[int | None] = mapped_column(ForeignKey("payments.id"), index=True)
    subscription_id: Mapped[int | None] = mapped_column(ForeignKey("subscriptions.id"), index=True)
    """Where it is the charge of an invoice."""
    amount: Mapped[int]
    currency: Mapped[str]
    reason: Mapped[str] = mapped_column(default="")
    """In Stripe's words, such as `fraudulent`."""
    status: Mapped[str] = mapped_column(default="")
    """In Stripe's words; empty until we have looked for the first time."""
    withdrawn: Mapped[int] = mapped_column(default=0)
    """Minor units that the bank has taken and not brought back."""
    due_by: Mapped[datetime | None]
    """Until when Stripe takes evidence."""
    opened_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    ticket: Mapped[int] = mapped_column(default=0)
    applied: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(default=utcnow)

    payment: Mapped[Payment | None] = relationship()
    subscription: Mapped[Subscription | None] = relationship()

    @property
    def stage(self) -> Stage:
        """A status that is newer than we are is one to be careful about."""
        return STAGES.get(self.status, Stage.OPEN)
