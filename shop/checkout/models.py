import enum
import secrets
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from shop.cart.models import Cart
from shop.db import Base, utcnow


class CheckoutStatus(enum.StrEnum):
    OPEN = "open"
    AWAITING_PAYMENT = "awaiting_payment"
    COMPLETED = "completed"
    EXPIRED = "expired"
    CANCELED = "canceled"


LIVE = (CheckoutStatus.OPEN, CheckoutStatus.AWAITING_PAYMENT)
IS_LIVE = text("status IN ('open', 'awaiting_payment')")


class CheckoutSession(Base):
    """A cart on its way to an order. Going to pay freezes the lines into that order."""

    __tablename__ = "checkout_sessions"
    __table_args__ = (
        Index("ix_checkout_sessions_due", "status", "expires_at"),
        Index("ix_checkout_sessions_begun", "created_at", "status"),
        Index(
            "uq_checkout_sessions_live",
            "cart_id",
            unique=True,
            sqlite_where=IS_LIVE,
            postgresql_where=IS_LIVE,
        ),
    )

    token: Mapped[str] = mapped_column(unique=True, default=secrets.token_urlsafe)
    cart_id: Mapped[int | None] = mapped_column(
        ForeignKey("carts.id", ondelete="SET NULL"), index=True
    )
    """None when the cart is gone; an order that waits for its payment still has to expire."""
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"), index=True)
    status: Mapped[CheckoutStatus] = mapped_column(default=CheckoutStatus.OPEN)
    email: Mapped[str] = mapped_column(default="")
    name: Mapped[str] = mapped_column(default="")
    billing_address: Mapped[dict[str, str] | None]
    shipping_address: Mapped[dict[str, str] | None]
    delivery_method_id: Mapped[int | None] = mapped_column(ForeignKey("delivery_methods.id"))
    cart_version: Mapped[int | None]
    """The version that was frozen when payment started."""
    payment_method: Mapped[str] = mapped_column(default="")
    """At Stripe, named in advance for a confirmation by our server."""
    order_id: Mapped[int | None] = mapped_column(ForeignKey("orders.id"), unique=True)
    expires_at: Mapped[datetime]
    created_at: Mapped[datetime] = mapped_column(default=utcnow)

    cart: Mapped[Cart | None] = relationship()

    @property
    def is_awaiting_payment(self) -> bool:
        return self.status is CheckoutStatus.AWAITING_PAYMENT

    @property
    def country(self) -> str | None:
        """Where it is to be delivered and taxed; None as long as nobody said."""
        address = self.shipping_address or self.billing_address
        return address["country"] if address else None


class DeliveryMethod(Base):
    __tablename__ = "delivery_methods"

    name: Mapped[str]
    note: Mapped[str] = mapped_column(default="")
    """How long it takes, in words."""
    countries: Mapped[list[str]]
    """ISO codes; empty means everywhere."""
    currency: Mapped[str]
    amount: Mapped[int]
    free_from: Mapped[int | None]
    """Subtotal from which it costs nothing."""
    most_weight: Mapped[int | None]
    """Grams; heavier orders cannot use it."""
    position: Mapped[int] = mapped_column(default=0)
    is_active: Mapped[bool] = mapped_column(default=True)


class TaxRate(Base):
    """What a country takes on a tax category. `*` is any country, for a category's default."""

    __tablename__ = "tax_rates"
    __table_args__ = (
        UniqueConstraint("country", "category"),
        CheckConstraint("basis_points BETWEEN 0 AND 10000", name="basis_points"),
    )

    country: Mapped[str]
    category: Mapped[str] = mapped_column(default="standard")
    basis_points: Mapped[int]
    name: Mapped[str] = mapped_column(default="VAT")
