"""Our own documents: an invoice for what was sold once, a credit note for what went back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shop import config, events
from shop.billing.disputes.models import Dispute
from shop.billing.invoices import numbering
from shop.billing.invoices.models import (
    CreditNote,
    CreditNoteStatus,
    Invoice,
    InvoiceStatus,
    Source,
)
from shop.billing.models import Refund
from shop.db import session, utcnow

LOST = "The bank took the payment back."


@dataclass(frozen=True)
class Sale:
    """What was paid for, by whom. Amounts in minor units; the lines add up to the total, with the
    tax where it is not inside them."""

    order_id: int
    reference: str
    user_id: int | None
    stripe_payment_intent_id: str | None
    paid_at: datetime
    currency: str
    tax: int
    tax_included: bool
    total: int
    lines: Sequence[dict[str, Any]]
    email: str
    name: str
    address: dict[str, str]


def issue(sale: Sale) -> Invoice:
    """The invoice of a sale, with the next number; part of the transaction that pays."""
    now = utcnow()
    series, sequence = numbering.draw(numbering.INVOICES, now)
    invoice = Invoice(
        source=Source.SHOP,
        status=InvoiceStatus.PAID,
        order_id=sale.order_id,
        reference=sale.reference,
        user_id=sale.user_id,
        stripe_payment_intent_id=sale.stripe_payment_intent_id,
        series=series,
        sequence=sequence,
        number=numbering.write(series, sequence),
        currency=sale.currency,
        subtotal=sum(line["amount"] for line in sale.lines),
        tax=sale.tax,
        tax_included=sale.tax_included,
        total=sale.total,
        amount_paid=sale.total,
        lines=list(sale.lines),
        seller=seller(),
        issued_at=now,
        paid_at=sale.paid_at,
        billing_reason="order",
        customer_email=sale.email,
        customer_name=sale.name,
        customer_address=sale.address,
    )
    session.add(invoice)
    session.flush()  # listeners look at the row
    events.publish(events.InvoiceChanged(invoice.id))
    return invoice


def seller() -> dict[str, str]:
    """Who sells, as the settings say now; documents keep it as it was then."""
    settings = config.current()
    return {
        "name": settings.shop_name,
        "address": settings.seller_address,
        "vat_id": settings.seller_vat_id,
    }


def credit(invoice: Invoice, cause: Refund | Dispute, amount: int) -> CreditNote:
    """A credit note of this amount, with the next number of its own series."""
    now = utcnow()
    series, sequence = numbering.draw(numbering.CREDIT_NOTES, now)
    tax = _tax_in(invoice, amount)
    note = CreditNote(
        source=Source.SHOP,
        invoice=invoice,
        refund_id=cause.id if isinstance(cause, Refund) else None,
        dispute_id=cause.id if isinstance(cause, Dispute) else None,
        series=series,
        sequence=sequence,
        number=numbering.write(series, sequence),
        currency=invoice.currency,
        subtotal=amount if invoice.tax_included else amount - tax,
        tax=tax,
        total=amount,
        lines=_lines(invoice, amount, tax),
        seller=invoice.seller,
        reason=cause.reason if isinstance(cause, Refund) else LOST,
        issued_at=now,
    )
    session.add(note)
    _tell(note)
    return note


def void(note: CreditNote) -> None:
    """The money did not go back after all. The number stays used."""
    note.status, note.voided_at = CreditNoteStatus.VOID, utcnow()
    _tell(note)


def _tell(note: CreditNote) -> None:
    session.flush()  # listeners look at the row
    events.publish(events.CreditNoteChanged(note.id))
    events.publish(events.InvoiceChanged(note.invoice_id))


def _tax_in(invoice: Invoice, amount: int) -> int:
    """Its share of the tax; of the last credit note, what the others have left."""
    valid = [note for note in invoice.credit_notes if note.is_valid]
    if amount + sum(note.total for note in valid) == invoice.total:
        return invoice.tax - sum(note.tax for note in valid)
    return (2 * invoice.tax * amount + invoice.total) // (2 * invoice.total)


def _lines(invoice: Invoice, amount: int, tax: int) -> list[dict[str, Any]]:
    if amount == invoice.total:
        return invoice.lines
    part = amount if invoice.tax_included else amount - tax
    return [{"description": "Part of the price", "quantity": 1, "amount": part, "tax": tax}]
