import secrets
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from shop.cart.discounts.models import DiscountCode
from shop.catalog.models import Price
from shop.db import Base, utcnow

MOST_PER_LINE = 99


class Cart(Base):
    """A visitor's by a token in a signed cookie, or a customer's; never both."""

    __tablename__ = "carts"

    token: Mapped[str] = mapped_column(unique=True, default=secrets.token_urlsafe)
    user_id: Mapped[int | None] = mapped_column(
        ForeignKey("users.id", ondelete="CASCADE"), unique=True
    )
    currency: Mapped[str]
    version: Mapped[int] = mapped_column(default=0)
    """Raised by every change; a checkout remembers which version it froze."""
    discount_code_id: Mapped[int | None] = mapped_column(
        ForeignKey(DiscountCode.id, ondelete="SET NULL"), index=True
    )
    updated_at: Mapped[datetime] = mapped_column(default=utcnow, onupdate=utcnow)

    lines: Mapped[list["CartLine"]] = relationship(
        back_populates="cart", cascade="all, delete-orphan", order_by="CartLine.id"
    )


class CartLine(Base):
    __tablename__ = "cart_lines"
    __table_args__ = (
        UniqueConstraint("cart_id", "price_id"),
        CheckConstraint(f"quantity BETWEEN 1 AND {MOST_PER_LINE}", name="quantity"),
    )

    cart_id: Mapped[int] = mapped_column(ForeignKey("carts.id", ondelete="CASCADE"))
    price_id: Mapped[int] = mapped_column(ForeignKey("prices.id"), index=True)
    quantity: Mapped[int] = mapped_column(default=1)
    seen_amount: Mapped[int]
    """The unit amount the customer saw last; another one now is shown before paying."""

    cart: Mapped[Cart] = relationship(back_populates="lines")
    price: Mapped[Price] = relationship()
