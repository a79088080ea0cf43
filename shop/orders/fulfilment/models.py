from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from shop.billing.models import NO_MONEY, Refund
from shop.db import Base, utcnow


class Backorder(Base):
    """A paid line waits for goods; the buyer was told until when."""

    __tablename__ = "backorders"

    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"), index=True)
    order_line_id: Mapped[int] = mapped_column(ForeignKey("order_lines.id"), unique=True)
    expected_at: Mapped[datetime]
    is_rest: Mapped[bool] = mapped_column(default=False)
    """Whether nothing else of the order is to be sent meanwhile."""
    created_at: Mapped[datetime] = mapped_column(default=utcnow)


class LineSwap(Base):
    """What is sent instead of what a line sold, from then on. The line itself stays as it was."""

    __tablename__ = "line_swaps"
    __table_args__ = (CheckConstraint("quantity > 0", name="quantity"),)

    order_line_id: Mapped[int] = mapped_column(ForeignKey("order_lines.id"), index=True)
    variant_id: Mapped[int] = mapped_column(ForeignKey("variants.id"), index=True)
    title: Mapped[str]
    sku: Mapped[str]
    options: Mapped[dict[str, str]] = mapped_column(default=dict)
    quantity: Mapped[int]
    unit_amount: Mapped[int]
    """What one costs in the shop; nobody is asked for more than what the line sold."""
    refund_id: Mapped[int | None] = mapped_column(ForeignKey("refunds.id"), index=True)
    """Of the difference, when it is cheaper."""
    created_at: Mapped[datetime] = mapped_column(default=utcnow)

    refund: Mapped[Refund | None] = relationship()

    @property
    def full_title(self) -> str:
        return ", ".join(filter(None, (self.title, " / ".join(self.options.values()))))

    @property
    def difference(self) -> int:
        """Minor units that went back, or were asked back, because it is cheaper."""
        return self.refund.amount if self.refund and self.refund.status not in NO_MONEY else 0
