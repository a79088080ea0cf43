import enum
import re
import secrets
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from shop.accounts.models import normalize_email
from shop.billing.subscriptions.models import Subscription
from shop.db import Base, utcnow


class Source(enum.StrEnum):
    STRIPE = "stripe"
    """A mirror of Stripe's document; only `mirror` changes it."""
    SHOP = "shop"
    """Ours, for an order; its number is of a series without gaps."""


class InvoiceStatus(enum.StrEnum):
    """Stripe's states of an Invoice, and one of ours for a draft that Stripe has no more."""

    DRAFT = "draft"
    OPEN = "open"
    PAID = "paid"
    VOID = "void"
    UNCOLLECTIBLE = "uncollectible"
    DELETED = "deleted"


HIDDEN = (InvoiceStatus.DRAFT, InvoiceStatus.DELETED)
"""Not a document yet, or any more: customers do not see these."""


def normal(text: str) -> str:
    """A name as it is compared: without case, and with single spaces."""
    return " ".join(text.split()).casefold()


def bare(text: str) -> str:
    """An id as it is compared: capitals and digits."""
    return re.sub(r"[^A-Z0-9]", "", text.upper())


IS_FLAGGED = text("attention != ''")
"""A person must look at the invoice; in the words of the index that knows these."""


def _beginnings(column: str) -> Index:
    """An index that also answers what begins with something, whatever the database's language."""
    ops = {column: "text_pattern_ops"}
    return Index(f"ix_invoices_{column}", column, postgresql_ops=ops)


class Document:
    """What invoices and credit notes have in common. Amounts in minor units."""

    token: Mapped[str] = mapped_column(unique=True, default=secrets.token_urlsafe)
    source: Mapped[Source]
    number: Mapped[str | None] = mapped_column(index=True)
    """Stripe's, or ours: `2026-000123`. A draft has none."""
    series: Mapped[str | None]
    sequence: Mapped[int | None]
    """Of ours: counted within the series, from 1."""
    currency: Mapped[str]
    subtotal: Mapped[int]
    tax: Mapped[int]
    total: Mapped[int]
    lines: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    """{description, quantity, amount, unit_amount, period_start, period_end, price}; of ours also
    {note, tax_rate}."""
    seller: Mapped[dict[str, str]]
    """Of ours: {name, address, vat_id} as they were then."""
    pdf_url: Mapped[str | None]
    """Stripe's."""
    issued_at: Mapped[datetime | None]
    voided_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
    ticket: Mapped[int] = mapped_column(default=0)
    """Drawn before Stripe is asked; an answer is applied only if no later ticket was."""
    applied: Mapped[int] = mapped_column(default=0)


class Invoice(Document, Base):
    """An invoice, Stripe's or ours, with everything on it as it was when it was issued."""

    __tablename__ = "invoices"
    __table_args__ = (
        UniqueConstraint("series", "sequence"),
        Index("ix_invoices_of_user", "user_id", "issued_at"),
        Index("ix_invoices_issued_at", "issued_at"),
        Index("ix_invoices_paid", "source", "paid_at"),
        Index("ix_invoices_of_status", "status", "id"),
        Index("ix_invoices_flagged", "id", postgresql_where=IS_FLAGGED, sqlite_where=IS_FLAGGED),
        Index("ix_invoices_total", "total", "currency"),
        _beginnings("customer_name_norm"),
        _beginnings("customer_company_norm"),
        _beginnings("customer_email_norm"),
    )

    status: Mapped[InvoiceStatus]
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    order_id: Mapped[int | None] = mapped_column(ForeignKey("orders.id"), unique=True)
    """Of ours: an order has one."""
    reference: Mapped[str] = mapped_column(default="", index=True)
    """The order's number, on ours."""
    subscription_id: Mapped[int | None] = mapped_column(ForeignKey("subscriptions.id"), index=True)
    stripe_invoice_id: Mapped[str | None] = mapped_column(unique=True)
    stripe_customer_id: Mapped[str | None] = mapped_column(index=True)
    stripe_subscription_id: Mapped[str | None] = mapped_column(index=True)
    stripe_payment_intent_id: Mapped[str | None] = mapped_column(index=True)
    attention: Mapped[str] = mapped_column(default="", index=True)
    """Why a person must look; empty when nobody has to."""
    tax_included: Mapped[bool] = mapped_column(default=False)
    """Whether the line amounts contain the tax, or it is added to them."""
    amount_paid: Mapped[int] = mapped_column(default=0)
    amount_remaining: Mapped[int] = mapped_column(default=0)
    billing_reason: Mapped[str] = mapped_column(default="")
    period_start: Mapped[datetime | None]
    period_end: Mapped[datetime | None]
    due_at: Mapped[datetime | None]
    paid_at: Mapped[datetime | None]
    next_attempt_at: Mapped[datetime | None]
    attempt_count: Mapped[int] = mapped_column(default=0)
    error_code: Mapped[str | None]
    error_message: Mapped[str | None]
    """What was wrong with the last try to collect, or with making the invoice final."""
    hosted_url: Mapped[str | None]
    customer_name: Mapped[str] = mapped_column(default="")
    customer_name_norm: Mapped[str] = mapped_column(default="")
    customer_company: Mapped[str] = mapped_column(default="")
    customer_company_norm: Mapped[str] = mapped_column(default="")
    customer_email: Mapped[str] = mapped_column(default="")
    customer_email_norm: Mapped[str] = mapped_column(default="")
    customer_address: Mapped[dict[str, str]] = mapped_column(default=dict)
    customer_tax_ids: Mapped[list[dict[str, str]]] = mapped_column(JSON, default=list)
    """{type, value}, types in Stripe's words such as `eu_vat`."""
    vat_id: Mapped[str | None] = mapped_column(index=True)
    """The first of these, as it is searched for: letters and digits only."""
    revision: Mapped[int] = mapped_column(default=0)
    """How often the buyer's data were corrected since it was issued; of ours only."""
    revised_at: Mapped[datetime | None]

    subscription: Mapped[Subscription | None] = relationship()
    credit_notes: Mapped[list["CreditNote"]] = relationship(
        back_populates="invoice", order_by="CreditNote.id"
    )
    revisions: Mapped[list["InvoiceRevision"]] = relationship(order_by="InvoiceRevision.revision")

    @validates("customer_name", "customer_company")
    def _normalize(self, field: str, text: str) -> str:
        setattr(self, f"{field}_norm", normal(text))
        return text

    @validates("customer_email")
    def _normalize_email(self, _field: str, email: str) -> str:
        self.customer_email_norm = normalize_email(email)
        return email

    @validates("customer_tax_ids")
    def _find_vat_id(self, _field: str, ids: list[dict[str, str]]) -> list[dict[str, str]]:
        self.vat_id = bare(ids[0]["value"]) if ids else None
        return ids

    @property
    def credited(self) -> int:
        return sum(note.total for note in self.credit_notes if note.is_valid)


class CreditNoteStatus(enum.StrEnum):
    ISSUED = "issued"
    VOID = "void"


class CreditNote(Document, Base):
    """What an invoice is worth less than it says. Positive amounts."""

    __tablename__ = "credit_notes"
    __table_args__ = (
        UniqueConstraint("series", "sequence"),
        CheckConstraint("total >= 0", name="total"),
        Index("ix_credit_notes_issued_at", "issued_at"),
    )

    status: Mapped[CreditNoteStatus] = mapped_column(default=CreditNoteStatus.ISSUED)
    invoice_id: Mapped[int] = mapped_column(ForeignKey("invoices.id"), index=True)
    refund_id: Mapped[int | None] = mapped_column(ForeignKey("refunds.id"), index=True)
    dispute_id: Mapped[int | None] = mapped_column(ForeignKey("disputes.id"), index=True)
    """Of ours: the refund or the lost dispute by which the money went back."""
    stripe_credit_note_id: Mapped[str | None] = mapped_column(unique=True)
    reason: Mapped[str] = mapped_column(default="")
    memo: Mapped[str] = mapped_column(default="")

    invoice: Mapped[Invoice] = relationship(back_populates="credit_notes")

    @property
    def is_valid(self) -> bool:
        return self.status is CreditNoteStatus.ISSUED


class InvoiceRevision(Base):
    """The buyer as an earlier version of our invoice had them. Append-only."""

    __tablename__ = "invoice_revisions"
    __table_args__ = (UniqueConstraint("invoice_id", "revision"),)

    invoice_id: Mapped[int] = mapped_column(ForeignKey("invoices.id"))
    revision: Mapped[int]
    """Which version that was, from 0."""
    buyer: Mapped[dict[str, Any]]
    issued_at: Mapped[datetime]
    actor: Mapped[str] = mapped_column(default="customer")
    """Who replaced it."""
    created_at: Mapped[datetime] = mapped_column(default=utcnow)


class InvoiceCounter(Base):
    """The last number of a series. Its row stays locked until the number is used for good."""

    __tablename__ = "invoice_counters"

    series: Mapped[str] = mapped_column(unique=True)
    last: Mapped[int]
