import enum
import secrets
from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from shop.accounts.models import normalize_email
from shop.billing.models import NO_MONEY, Refund
from shop.catalog.models import Kind
from shop.db import Base, utcnow
from shop.orders.fulfilment.models import Backorder, LineSwap


class PaymentState(enum.StrEnum):
    PENDING = "pending"
    PROCESSING = "processing"
    PAID = "paid"
    PARTIALLY_REFUNDED = "partially_refunded"
    REFUNDED = "refunded"
    FAILED = "failed"
    CANCELED = "canceled"


MONEY_IN = (PaymentState.PAID, PaymentState.PARTIALLY_REFUNDED, PaymentState.REFUNDED)


class FulfilmentState(enum.StrEnum):
    UNFULFILLED = "unfulfilled"
    PARTIAL = "partial"
    FULFILLED = "fulfilled"
    RETURNED = "returned"


IS_FLAGGED = text("attention != ''")
"""A person must look at the order; in the words of the index that knows these."""


class Order(Base):
    """What was sold, with everything copied as it was at that moment. Amounts in minor units."""

    __tablename__ = "orders"
    __table_args__ = (
        Index("ix_orders_open", "payment_state", "placed_at"),
        Index("ix_orders_paid", "currency", "paid_at"),
        Index("ix_orders_states", "payment_state", "fulfilment_state", "id"),
        Index("ix_orders_of_state", "payment_state", "id"),
        Index("ix_orders_of_currency", "currency", "id"),
        Index("ix_orders_placed_at", "placed_at"),
        Index("ix_orders_flagged", "id", postgresql_where=IS_FLAGGED, sqlite_where=IS_FLAGGED),
        Index(  # also answers what begins with something, whatever the database's language
            "ix_orders_email_norm", "email_norm", postgresql_ops={"email_norm": "text_pattern_ops"}
        ),
    )

    number: Mapped[str] = mapped_column(unique=True)
    """For people, `K-7Q4M2X`; the token is for addresses."""
    token: Mapped[str] = mapped_column(unique=True, default=secrets.token_urlsafe)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"), index=True)
    email: Mapped[str] = mapped_column(index=True)
    email_norm: Mapped[str] = mapped_column(server_default="")
    """By which an account finds its owner's earlier orders."""
    name: Mapped[str] = mapped_column(default="")
    billing_address: Mapped[dict[str, str]]
    shipping_address: Mapped[dict[str, str] | None]
    delivery_name: Mapped[str] = mapped_column(default="")
    currency: Mapped[str]
    subtotal: Mapped[int]
    discount: Mapped[int] = mapped_column(default=0)
    """What the lines' discounts add up to."""
    discount_code: Mapped[str] = mapped_column(default="", server_default="")
    """As it is printed; empty without one."""
    discount_name: Mapped[str] = mapped_column(default="", server_default="")
    delivery: Mapped[int] = mapped_column(default=0)
    tax: Mapped[int] = mapped_column(default=0)
    tax_included: Mapped[bool]
    """Whether the line amounts contain the tax, or it is added to them."""
    total: Mapped[int]
    paid: Mapped[int] = mapped_column(default=0)
    refunded: Mapped[int] = mapped_column(default=0)
    payment_state: Mapped[PaymentState] = mapped_column(default=PaymentState.PENDING)
    fulfilment_state: Mapped[FulfilmentState] = mapped_column(default=FulfilmentState.UNFULFILLED)
    attention: Mapped[str] = mapped_column(default="", index=True)
    """Why a person must decide; empty when nobody has to."""
    placed_at: Mapped[datetime] = mapped_column(default=utcnow)
    paid_at: Mapped[datetime | None]

    lines: Mapped[list["OrderLine"]] = relationship(
        back_populates="order", cascade="all, delete-orphan", order_by="OrderLine.id"
    )
    entries: Mapped[list["TimelineEntry"]] = relationship(
        cascade="all, delete-orphan", order_by="TimelineEntry.id"
    )

    @validates("email")
    def _normalize(self, _field: str, email: str) -> str:
        self.email_norm = normalize_email(email)
        return email

    @property
    def is_paid(self) -> bool:
        return self.payment_state in MONEY_IN


class OrderLine(Base):
    __tablename__ = "order_lines"
    __table_args__ = (
        CheckConstraint("quantity > 0", name="quantity"),
        CheckConstraint("discount BETWEEN 0 AND amount", name="discount"),
    )

    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"), index=True)
    product_id: Mapped[int] = mapped_column(ForeignKey("products.id"), index=True)
    variant_id: Mapped[int] = mapped_column(ForeignKey("variants.id"), index=True)
    price_id: Mapped[int] = mapped_column(ForeignKey("prices.id"), index=True)
    kind: Mapped[Kind]
    title: Mapped[str]
    sku: Mapped[str]
    options: Mapped[dict[str, str]] = mapped_column(default=dict)
    quantity: Mapped[int]
    unit_amount: Mapped[int]
    amount: Mapped[int]
    """Quantity times unit amount."""
    discount: Mapped[int] = mapped_column(default=0, server_default="0")
    """Taken off the amount; the tax is that of the rest."""
    tax_rate: Mapped[int] = mapped_column(default=0)
    """Basis points: 1900 is 19 %."""
    tax: Mapped[int] = mapped_column(default=0)

    order: Mapped[Order] = relationship(back_populates="lines")
    returned_money: Mapped[list["RefundLine"]] = relationship(
        back_populates="line", order_by="RefundLine.id"
    )
    parcels: Mapped[list["ShipmentLine"]] = relationship(
        back_populates="line", order_by="ShipmentLine.id"
    )
    backorder: Mapped[Backorder | None] = relationship()
    swaps: Mapped[list[LineSwap]] = relationship(order_by=LineSwap.id)

    @property
    def full_title(self) -> str:
        """With the variant's options, such as "Mug, Green"."""
        return ", ".join(filter(None, (self.title, " / ".join(self.options.values()))))

    @property
    def article(self) -> "OrderLine | LineSwap":
        """What is sent of it from now on."""
        return self.swaps[-1] if self.swaps else self

    @property
    def charged(self) -> int:
        """What was asked for it, with its tax: more of it cannot go back."""
        added = 0 if self.order.tax_included else self.tax
        return self.amount - self.discount + added

    @property
    def refunded(self) -> int:
        """Pieces whose money went back, or was asked back."""
        return sum(part.quantity for part in self.returned_money if part.counts)

    @property
    def shipped(self) -> int:
        """Pieces that left the house, also those that came back."""
        return sum(part.quantity for part in self.parcels if part.shipment.is_sent)

    @property
    def packed(self) -> int:
        return sum(part.quantity for part in self.parcels if not part.shipment.is_sent)

    @property
    def came_back(self) -> int:
        return sum(part.returned for part in self.parcels)

    @property
    def to_send(self) -> int:
        """Pieces that wait, also packed ones. What is refunded and not returned is not sent."""
        if self.kind is not Kind.PHYSICAL:
            return 0
        return max(0, self.quantity - self.shipped - max(0, self.refunded - self.came_back))


class ShipmentState(enum.StrEnum):
    PACKED = "packed"
    SHIPPED = "shipped"
    DELIVERED = "delivered"


class Shipment(Base):
    """A parcel of an order; several when it is sent in parts."""

    __tablename__ = "shipments"

    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"), index=True)
    state: Mapped[ShipmentState] = mapped_column(default=ShipmentState.PACKED)
    carrier: Mapped[str] = mapped_column(default="")
    tracking_number: Mapped[str] = mapped_column(default="")
    tracking_url: Mapped[str] = mapped_column(default="")
    packed_at: Mapped[datetime] = mapped_column(default=utcnow)
    shipped_at: Mapped[datetime | None]
    delivered_at: Mapped[datetime | None]

    lines: Mapped[list["ShipmentLine"]] = relationship(
        back_populates="shipment", cascade="all, delete-orphan", order_by="ShipmentLine.id"
    )

    @property
    def is_sent(self) -> bool:
        return self.state is not ShipmentState.PACKED


class ShipmentLine(Base):
    __tablename__ = "shipment_lines"
    __table_args__ = (
        UniqueConstraint("shipment_id", "order_line_id"),
        CheckConstraint("quantity > 0", name="quantity"),
        CheckConstraint("returned BETWEEN 0 AND quantity", name="returned"),
    )

    shipment_id: Mapped[int] = mapped_column(ForeignKey("shipments.id"))
    order_line_id: Mapped[int] = mapped_column(ForeignKey("order_lines.id"), index=True)
    quantity: Mapped[int]
    returned: Mapped[int] = mapped_column(default=0)
    """Pieces of these that came back."""
    swap_id: Mapped[int | None] = mapped_column(ForeignKey("line_swaps.id"), index=True)

    shipment: Mapped[Shipment] = relationship(back_populates="lines")
    line: Mapped[OrderLine] = relationship(back_populates="parcels")
    swap: Mapped[LineSwap | None] = relationship()

    @property
    def article(self) -> OrderLine | LineSwap:
        return self.swap or self.line


class RefundLine(Base):
    """Pieces of a line that a refund is for. One of an amount alone has none."""

    __tablename__ = "refund_lines"
    __table_args__ = (
        UniqueConstraint("refund_id", "order_line_id"),
        CheckConstraint("quantity > 0 AND amount >= 0", name="quantity"),
        CheckConstraint("restock BETWEEN 0 AND quantity", name="restock"),
    )

    refund_id: Mapped[int] = mapped_column(ForeignKey("refunds.id"))
    order_line_id: Mapped[int] = mapped_column(ForeignKey("order_lines.id"), index=True)
    quantity: Mapped[int]
    amount: Mapped[int]
    """Minor units of the refund that are for these."""
    restock: Mapped[int] = mapped_column(default=0)
    """Pieces that never left, and go back on the shelf once the money moves."""
    swap_id: Mapped[int | None] = mapped_column(ForeignKey("line_swaps.id"), index=True)
    """What was to be sent instead."""

    refund: Mapped[Refund] = relationship()
    line: Mapped[OrderLine] = relationship(back_populates="returned_money")
    swap: Mapped[LineSwap | None] = relationship()

    @property
    def article(self) -> OrderLine | LineSwap:
        return self.swap or self.line

    @property
    def counts(self) -> bool:
        """Not when the refund has failed."""
        return self.refund.status not in NO_MONEY


class Fulfilment(Base):
    """The order's money is here and its effects were made. Once: the order is unique."""

    __tablename__ = "fulfilments"

    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"), unique=True)
    created_at: Mapped[datetime] = mapped_column(default=utcnow)


class TimelineEntry(Base):
    """What happened to an order, for customers and support. Notes may be taken back."""

    __tablename__ = "timeline_entries"

    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"), index=True)
    kind: Mapped[str]
    """Such as `placed`, `paid`, `payment_failed`, `refunded`, `attention`."""
    text: Mapped[str]
    """A sentence a customer may read."""
    data: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """Ids and amounts, for staff."""
    actor: Mapped[str] = mapped_column(default="system")
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
