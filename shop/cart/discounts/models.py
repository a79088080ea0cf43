import enum
from datetime import datetime

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Table, false
from sqlalchemy.orm import Mapped, mapped_column, relationship

from shop.catalog.models import Category, Product
from shop.db import Base, utcnow

discount_products = Table(
    "discount_products",
    Base.metadata,
    Column("discount_id", ForeignKey("discounts.id", ondelete="CASCADE"), primary_key=True),
    Column(
        "product_id", ForeignKey("products.id", ondelete="CASCADE"), primary_key=True, index=True
    ),
)
discount_categories = Table(
    "discount_categories",
    Base.metadata,
    Column("discount_id", ForeignKey("discounts.id", ondelete="CASCADE"), primary_key=True),
    Column(
        "category_id", ForeignKey("categories.id", ondelete="CASCADE"), primary_key=True, index=True
    ),
)


class Discount(Base):
    """What is taken off an order: a share of it, or an amount. A limit of None is no limit."""

    __tablename__ = "discounts"
    __table_args__ = (
        CheckConstraint("(basis_points IS NULL) <> (amount IS NULL)", name="kind"),
        CheckConstraint("basis_points BETWEEN 1 AND 10000", name="basis_points"),
        CheckConstraint("amount > 0", name="amount"),
        CheckConstraint(
            "currency IS NOT NULL OR (amount IS NULL AND least_subtotal IS NULL)", name="currency"
        ),
        CheckConstraint("uses >= 0", name="uses"),
    )

    name: Mapped[str]
    basis_points: Mapped[int | None]
    amount: Mapped[int | None]
    currency: Mapped[str | None]
    """Of the amount and the least subtotal; without one it fits every cart."""
    least_subtotal: Mapped[int | None]
    """Of the whole cart, before the discount."""
    starts_at: Mapped[datetime | None]
    ends_at: Mapped[datetime | None]
    is_for_all: Mapped[bool] = mapped_column(default=True)
    """False when it is for its products, and those of its categories, alone."""
    most_uses: Mapped[int | None]
    """Of all its codes together."""
    most_per_customer: Mapped[int | None]
    uses: Mapped[int] = mapped_column(default=0)
    """Held and used; see `uses.hold`."""
    is_active: Mapped[bool] = mapped_column(default=True)
    is_granted: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Of one cart, by staff; see `granting`."""
    created_at: Mapped[datetime] = mapped_column(default=utcnow)

    products: Mapped[list[Product]] = relationship(
        secondary=discount_products, order_by=Product.title
    )
    categories: Mapped[list[Category]] = relationship(
        secondary=discount_categories, order_by=Category.name
    )

    def __str__(self) -> str:
        return self.name


class DiscountCode(Base):
    """One that everybody may type, or one of thousands that are good once."""

    __tablename__ = "discount_codes"
    __table_args__ = (CheckConstraint("uses >= 0", name="uses"),)

    discount_id: Mapped[int] = mapped_column(
        ForeignKey("discounts.id", ondelete="CASCADE"), index=True
    )
    code: Mapped[str]
    """As it is printed."""
    key: Mapped[str] = mapped_column(unique=True)
    """As it is compared; see `codes.normalize`."""
    most_uses: Mapped[int | None]
    uses: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(default=utcnow)

    discount: Mapped[Discount] = relationship()


class UseState(enum.StrEnum):
    HELD = "held"
    """While its order is being paid."""
    USED = "used"
    RELEASED = "released"


class DiscountUse(Base):
    """That an order has a code; counted in the discount and in the code unless it is released."""

    __tablename__ = "discount_uses"
    __table_args__ = (
        Index("ix_discount_uses_person", "discount_id", "person"),
        Index("ix_discount_uses_customer", "discount_id", "user_id"),
    )

    discount_id: Mapped[int] = mapped_column(ForeignKey("discounts.id"))
    code_id: Mapped[int] = mapped_column(ForeignKey("discount_codes.id"), index=True)
    holder: Mapped[str] = mapped_column(unique=True)
    """The order's token."""
    cart_id: Mapped[int | None] = mapped_column(
        ForeignKey("carts.id", ondelete="SET NULL"), index=True
    )
    user_id: Mapped[int | None] = mapped_column(
        ForeignKey("users.id", ondelete="SET NULL"), index=True
    )
    person: Mapped[str]
    """Who reads the order's mails; see `mailboxes.person_of`."""
    state: Mapped[UseState] = mapped_column(default=UseState.HELD)
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
