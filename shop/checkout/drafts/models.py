import enum
import secrets
from datetime import datetime

from sqlalchemy import ForeignKey, func, select
from sqlalchemy.orm import Mapped, column_property, mapped_column, relationship

from shop.cart.models import Cart, CartLine
from shop.checkout.models import CheckoutSession, CheckoutStatus
from shop.db import Base, utcnow


class DraftState(enum.StrEnum):
    OPEN = "open"
    SENT = "sent"
    PAID = "paid"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"


class Draft(Base):
    """An order that staff prepares for somebody, who pays it by a link.

    Its lines are a cart's, and who buys is in that cart's checkout session: from the link on, it is
    checked out as any other cart.
    """

    __tablename__ = "drafts"

    token: Mapped[str] = mapped_column(unique=True, default=secrets.token_urlsafe)
    """Of the link."""
    cart_id: Mapped[int] = mapped_column(ForeignKey("carts.id"), unique=True)
    made_by: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
    sent_at: Mapped[datetime | None]
    expires_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]

    email: Mapped[str | None] = column_property(
        select(CheckoutSession.email)
        .where(CheckoutSession.cart_id == cart_id)
        .order_by(CheckoutSession.id.desc())
        .limit(1)
        .correlate_except(CheckoutSession)
        .scalar_subquery()
    )
    order_id: Mapped[int | None] = column_property(
        select(CheckoutSession.order_id)
        .where(
            CheckoutSession.cart_id == cart_id, CheckoutSession.status == CheckoutStatus.COMPLETED
        )
        .limit(1)
        .correlate_except(CheckoutSession)
        .scalar_subquery()
    )
    """What it became when it was paid."""
    currency: Mapped[str] = column_property(
        select(Cart.currency).where(Cart.id == cart_id).correlate_except(Cart).scalar_subquery()
    )
    goods: Mapped[int | None] = column_property(
        select(func.sum(CartLine.quantity * CartLine.seen_amount))
        .where(CartLine.cart_id == cart_id)
        .correlate_except(CartLine)
        .scalar_subquery()
    )
    """What its lines cost before tax, delivery and discount; None when there are none."""

    cart: Mapped[Cart] = relationship()

    @property
    def state(self) -> DraftState:
        if self.order_id is not None:
            return DraftState.PAID
        if self.withdrawn_at is not None:
            return DraftState.WITHDRAWN
        if self.expires_at <= utcnow():
            return DraftState.EXPIRED
        return DraftState.SENT if self.sent_at else DraftState.OPEN
