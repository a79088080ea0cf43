"""What we want to know of an Invoice or a Credit Note at Stripe, read from them as they are now.

The names are those of our columns, so that a snapshot is copied as it is.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import stripe

from shop.billing.gateway import Missing, stripe_call
from shop.billing.invoices.models import CreditNoteStatus, InvoiceStatus
from shop.billing.subscriptions.snapshots import moment

EXPAND = ["payments.data.payment.payment_intent"]


@dataclass(frozen=True)
class InvoiceSnapshot:
    status: InvoiceStatus
    stripe_customer_id: str
    stripe_subscription_id: str | None
    stripe_payment_intent_id: str | None
    number: str | None
    currency: str
    subtotal: int
    tax: int
    total: int
    amount_paid: int
    amount_remaining: int
    billing_reason: str
    period_start: datetime | None
    period_end: datetime | None
    created_at: datetime
    issued_at: datetime | None
    due_at: datetime | None
    paid_at: datetime | None
    voided_at: datetime | None
    next_attempt_at: datetime | None
    attempt_count: int
    error_code: str | None
    error_message: str | None
    hosted_url: str | None
    pdf_url: str | None
    customer_name: str
    customer_email: str
    customer_address: dict[str, str]
    customer_tax_ids: list[dict[str, str]]
    lines: list[dict[str, Any]]


@dataclass(frozen=True)
class CreditNoteSnapshot:
    status: CreditNoteStatus
    number: str
    currency: str
    subtotal: int
    tax: int
    total: int
    reason: str
    memo: str
    created_at: datetime
    issued_at: datetime | None
    voided_at: datetime | None
    pdf_url: str | None
    lines: list[dict[str, Any]]


def fetch_invoice(stripe_id: str) -> InvoiceSnapshot | None:
    """None when Stripe has it no more: a draft that was deleted, or the end of a test clock."""
    try:
        with stripe_call() as client:
            found = client.v1.invoices.retrieve(stripe_id, {"expand": EXPAND})
            lines = list(found.lines.data)
            if found.lines.has_more:
                pages = client.v1.invoices.line_items.list(stripe_id, {"limit": 100})
                lines = list(pages.auto_paging_iter())
    except Missing:
        return None
    return None if getattr(found, "deleted", False) else read_invoice(found, lines)


def fetch_credit_note(stripe_id: str) -> tuple[str, CreditNoteSnapshot] | None:
    """With the id of its invoice at Stripe."""
    try:
        with stripe_call() as client:
            found = client.v1.credit_notes.retrieve(stripe_id)
            lines = list(found.lines.data)
            if found.lines.has_more:
                pages = client.v1.credit_notes.line_items.list(stripe_id, {"limit": 100})
                lines = list(pages.auto_paging_iter())
    except Missing:
        return None
    return _id(found.invoice) or "", read_credit_note(found, lines)


def read_invoice(found: stripe.Invoice, lines: Iterable[stripe.InvoiceLineItem]) -> InvoiceSnapshot:
    """:param found: with what `EXPAND` names."""
    happened, intent = found.status_transitions, _intent(found)
    details = found.parent.subscription_details if found.parent else None
    code, message = _error(found, intent)
    return InvoiceSnapshot(
        status=InvoiceStatus(found.status or "draft"),
        stripe_customer_id=_id(found.customer) or "",
        stripe_subscription_id=_id(details.subscription) if details else None,
        stripe_payment_intent_id=_id(intent),
        number=found.number,
        currency=found.currency.upper(),
        subtotal=found.subtotal,
        tax=sum(tax.amount for tax in found.total_taxes or ()),
        total=found.total,
        amount_paid=found.amount_paid,
        amount_remaining=found.amount_remaining,
        billing_reason=found.billing_reason or "",
        period_start=moment(found.period_start),
        period_end=moment(found.period_end),
        created_at=datetime.fromtimestamp(found.created, UTC),
        issued_at=moment(happened.finalized_at),
        due_at=moment(found.due_date),
        paid_at=moment(happened.paid_at),
        voided_at=moment(happened.voided_at),
        next_attempt_at=moment(found.next_payment_attempt),
        attempt_count=found.attempt_count,
        error_code=code,
        error_message=message,
        hosted_url=found.hosted_invoice_url,
        pdf_url=found.invoice_pdf,
        customer_name=found.customer_name or "",
        customer_email=found.customer_email or "",
        customer_address=_address(found),
        customer_tax_ids=[
            {"type": str(one.type), "value": one.value or ""}
            for one in found.customer_tax_ids or ()
        ],
        lines=[_line(line) for line in lines],
    )


def read_credit_note(
    found: stripe.CreditNote, lines: Iterable[stripe.CreditNoteLineItem]
) -> CreditNoteSnapshot:
    return CreditNoteSnapshot(
        status=CreditNoteStatus(found.status),
        number=found.number,
        currency=found.currency.upper(),
        subtotal=found.subtotal,
        tax=sum(tax.amount for tax in found.total_taxes or ()),
        total=found.total,
        reason=found.reason or "",
        memo=found.memo or "",
        created_at=datetime.fromtimestamp(found.created, UTC),
        issued_at=moment(found.effective_at or found.created),
        voided_at=moment(found.voided_at),
        pdf_url=found.pdf,
        lines=[
            {"description": one.description or "", "quantity": one.quantity, "amount": one.amount}
            for one in lines
        ],
    )


def _id(thing: Any) -> str | None:
    """Of what is expanded, or not."""
    return thing if isinstance(thing, str) else getattr(thing, "id", None)


def _intent(found: stripe.Invoice) -> Any:
    """The one that pays it, or that was last asked to."""
    payments = found.payments.data if found.payments else []
    alive = [one for one in payments if one.status != "canceled"] or payments
    default = next((one for one in alive if one.is_default), alive[0] if alive else None)
    return getattr(default.payment, "payment_intent", None) if default else None


def _error(found: stripe.Invoice, intent: Any) -> tuple[str | None, str | None]:
    """Of an invoice that is not paid: why not, as far as Stripe says."""
    if found.status in ("paid", "void"):
        return None, None
    error: Any = getattr(intent, "last_payment_error", None) or found.last_finalization_error
    code = getattr(error, "decline_code", None) or getattr(error, "code", None)
    return code, getattr(error, "message", None)


def _address(found: stripe.Invoice) -> dict[str, str]:
    theirs = found.customer_address
    if theirs is None:
        return {}
    names = {"region": "state"}
    return {
        name: getattr(theirs, names.get(name, name), None) or ""
        for name in ("line1", "line2", "postal_code", "city", "region", "country")
    }


def _line(line: stripe.InvoiceLineItem) -> dict[str, Any]:
    details = line.pricing.price_details if line.pricing else None
    return {
        "description": line.description or "",
        "quantity": line.quantity,
        "amount": line.amount,
        "period_start": line.period.start,
        "period_end": line.period.end,
        "price": _id(details.price) if details else None,
    }
