import enum
from datetime import datetime
from typing import Self

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Select,
    Table,
    Text,
    UniqueConstraint,
    select,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from shop import append_only
from shop.db import Base, utcnow


class Kind(enum.StrEnum):
    PHYSICAL = "physical"
    DIGITAL = "digital"
    LICENSE = "license"


class Status(enum.StrEnum):
    DRAFT = "draft"
    PUBLISHED = "published"
    ARCHIVED = "archived"


class Interval(enum.StrEnum):
    MONTH = "month"
    YEAR = "year"


product_categories = Table(
    "product_categories",
    Base.metadata,
    Column("product_id", ForeignKey("products.id", ondelete="CASCADE"), primary_key=True),
    Column(
        "category_id", ForeignKey("categories.id", ondelete="CASCADE"), primary_key=True, index=True
    ),
)


class Category(Base):
    __tablename__ = "categories"

    slug: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    description: Mapped[str] = mapped_column(Text, default="")
    position: Mapped[int] = mapped_column(default=0)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("categories.id"), index=True)

    children: Mapped[list["Category"]] = relationship(
        back_populates="parent", order_by="Category.position, Category.name"
    )
    parent: Mapped["Category | None"] = relationship(
        back_populates="children", remote_side="Category.id"
    )

    def __str__(self) -> str:
        return self.name


class Product(Base):
    __tablename__ = "products"
    __table_args__ = (
        Index("ix_products_shelf", "status", "published_at"),
        Index("ix_products_of_status", "status", "id", "title", "slug"),
        Index("ix_products_of_kind", "kind", "id"),
        Index("ix_products_of_brand", "brand", "id"),
        Index("ix_products_named", "id", "title", "slug"),
    )

    slug: Mapped[str] = mapped_column(unique=True)
    title: Mapped[str]
    kind: Mapped[Kind]
    status: Mapped[Status] = mapped_column(default=Status.DRAFT)
    summary: Mapped[str] = mapped_column(default="")
    description: Mapped[str] = mapped_column(Text, default="")
    """Markdown, as written."""
    description_html: Mapped[str] = mapped_column(Text, default="")
    """Rendered and sanitised when the description is set; see `catalog.markdown`."""
    brand: Mapped[str] = mapped_column(default="")
    tax_category: Mapped[str] = mapped_column(default="standard")
    download_url: Mapped[str] = mapped_column(default="")
    """The link attribute: where the file is when no release holds it."""
    published_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
    updated_at: Mapped[datetime] = mapped_column(default=utcnow, onupdate=utcnow)

    categories: Mapped[list[Category]] = relationship(
        secondary=product_categories, order_by=Category.id
    )
    variants: Mapped[list["Variant"]] = relationship(
        back_populates="product",
        cascade="all, delete-orphan",
        order_by="Variant.position, Variant.id",
    )
    images: Mapped[list["Image"]] = relationship(
        back_populates="product", cascade="all, delete-orphan", order_by="Image.position, Image.id"
    )

    @classmethod
    def published(cls) -> Select[Self]:
        return select(cls).where(cls.status == Status.PUBLISHED)

    def __str__(self) -> str:
        return self.title


FEW_LEFT = 5
SCARCE = f"tracks_stock AND on_hand - reserved <= {FEW_LEFT}"
"""Of a variant that is nearly gone; pages say how many are left."""


class Variant(Base):
    """What has a SKU, stock and weight. Available = on hand - reserved; see `catalog.stock`."""

    __tablename__ = "variants"
    __table_args__ = (
        Index("ix_variants_sku", "sku", postgresql_ops={"sku": "text_pattern_ops"}),
        CheckConstraint("on_hand >= 0", name="on_hand"),
        CheckConstraint("reserved >= 0 AND reserved <= on_hand", name="reserved"),
        Index(
            "ix_variants_scarce",
            "product_id",
            postgresql_where=text(SCARCE),
            sqlite_where=text(SCARCE),
        ),
    )

    product_id: Mapped[int] = mapped_column(
        ForeignKey("products.id", ondelete="CASCADE"), index=True
    )
    sku: Mapped[str] = mapped_column(unique=True)
    options: Mapped[dict[str, str]] = mapped_column(default=dict)
    """Such as `{"Size": "M"}`; empty when the product has only one variant."""
    position: Mapped[int] = mapped_column(default=0)
    tracks_stock: Mapped[bool] = mapped_column(default=False)
    on_hand: Mapped[int] = mapped_column(default=0)
    reserved: Mapped[int] = mapped_column(default=0)
    weight: Mapped[int] = mapped_column(default=0)
    """Grams."""

    product: Mapped[Product] = relationship(back_populates="variants")
    prices: Mapped[list["Price"]] = relationship(
        back_populates="variant", cascade="all, delete-orphan", order_by="Price.id"
    )

    @property
    def title(self) -> str:
        """The options in words: `M / Blue`."""
        return " / ".join(self.options.values())

    @property
    def available(self) -> int | None:
        """How many can still be sold; None when stock is not counted."""
        return self.on_hand - self.reserved if self.tracks_stock else None


class Price(Base):
    """Never edited once it sold something: withdrawn, and a new one takes its place."""

    __tablename__ = "prices"
    __table_args__ = (CheckConstraint("unit_amount >= 0", name="unit_amount"),)

    variant_id: Mapped[int] = mapped_column(
        ForeignKey("variants.id", ondelete="CASCADE"), index=True
    )
    currency: Mapped[str]
    unit_amount: Mapped[int]
    compare_at_amount: Mapped[int | None]
    """The amount before a reduction, shown struck through."""
    interval: Mapped[Interval | None]
    """None for a one-time price."""
    interval_count: Mapped[int] = mapped_column(default=1)
    trial_days: Mapped[int] = mapped_column(default=0)
    is_active: Mapped[bool] = mapped_column(default=True)

    variant: Mapped[Variant] = relationship(back_populates="prices")

    @property
    def is_recurring(self) -> bool:
        return self.interval is not None


class Image(Base):
    __tablename__ = "images"

    product_id: Mapped[int] = mapped_column(
        ForeignKey("products.id", ondelete="CASCADE"), index=True
    )
    path: Mapped[str]
    """Inside the media folder; served at `/media/<path>`."""
    alt: Mapped[str] = mapped_column(default="")
    width: Mapped[int] = mapped_column(default=840)
    height: Mapped[int] = mapped_column(default=840)
    position: Mapped[int] = mapped_column(default=0)

    product: Mapped[Product] = relationship(back_populates="images")


class Hold(enum.StrEnum):
    HELD = "held"
    TAKEN = "taken"
    RELEASED = "released"


class StockReservation(Base):
    """Units set aside for one holder (an order's token), until taken or given back, once."""

    __tablename__ = "stock_reservations"
    __table_args__ = (
        UniqueConstraint("holder", "variant_id"),
        CheckConstraint("quantity > 0", name="quantity"),
    )

    holder: Mapped[str]
    variant_id: Mapped[int] = mapped_column(ForeignKey("variants.id"), index=True)
    quantity: Mapped[int]
    state: Mapped[Hold] = mapped_column(default=Hold.HELD)
    created_at: Mapped[datetime] = mapped_column(default=utcnow)


class StockMovement(Base):
    """Append-only: the sum of a variant's movements is its units on hand."""

    __tablename__ = "stock_movements"
    __table_args__ = (UniqueConstraint("variant_id", "reference"),)

    variant_id: Mapped[int] = mapped_column(ForeignKey("variants.id"), index=True)
    delta: Mapped[int]
    reason: Mapped[str]
    """`opening`, `sale`, `return`, `correction`; of staff also `delivery` and `loss`."""
    reference: Mapped[str]
    """What caused it, once: an order's token, an import, a count."""
    created_at: Mapped[datetime] = mapped_column(default=utcnow)


append_only.protect(StockMovement)
