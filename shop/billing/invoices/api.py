"""Invoices over the JSON API, for who is signed in."""

from datetime import datetime
from typing import Any

from flask import Blueprint, url_for
from pydantic import Field

from shop import api, config
from shop.accounts.access import required_role
from shop.billing.invoices import finding
from shop.billing.invoices.models import CreditNote, Invoice

bp = Blueprint("invoices_api", __name__, url_prefix="/api")


class InvoicesQuery(api.Query):
    year: int | None = Field(None, ge=1970, le=9998)


class CreditNoteOut(api.Output):
    id: str
    number: str | None
    status: str
    currency: str
    total: int
    issued_at: datetime | None
    pdf_url: str


class InvoiceOut(api.Output):
    """`source` is `shop` for orders and `stripe` for subscriptions."""

    id: str
    number: str | None
    source: str
    status: str
    currency: str
    subtotal: int
    tax: int
    total: int
    amount_paid: int
    amount_remaining: int
    issued_at: datetime | None
    due_at: datetime | None
    paid_at: datetime | None
    url: str
    pdf_url: str
    hosted_url: str | None
    credit_notes: list[CreditNoteOut]


class InvoicesOut(api.Output):
    items: list[InvoiceOut]


@bp.get("/invoices")
@required_role()
@api.endpoint(tag="Invoices", query=InvoicesQuery, returns=InvoicesOut)
def list_invoices(query: InvoicesQuery) -> InvoicesOut:
    """Your invoices with their credit notes, newest first; of one year or of all."""
    return InvoicesOut(items=[invoice_out(invoice) for invoice in finding.mine(query.year)])


@bp.get("/invoices/<token>")
@required_role()
@api.endpoint(tag="Invoices", returns=InvoiceOut)
def show_invoice(token: str) -> InvoiceOut:
    """One of your invoices."""
    return invoice_out(finding.my(token))


def invoice_out(invoice: Invoice) -> InvoiceOut:
    url = config.current().base_url + url_for("invoices.show_invoice", token=invoice.token)
    return InvoiceOut(
        **_same(InvoiceOut, invoice),
        id=invoice.token,
        url=url,
        pdf_url=invoice.pdf_url or f"{url}/pdf",
        credit_notes=[_credit_note(note) for note in invoice.credit_notes],
    )


def _credit_note(note: CreditNote) -> CreditNoteOut:
    page = url_for("invoices.show_credit_note", token=note.token)
    return CreditNoteOut(
        **_same(CreditNoteOut, note),
        id=note.token,
        pdf_url=note.pdf_url or f"{config.current().base_url}{page}/pdf",
    )


def _same(model: type[api.Output], row: Invoice | CreditNote) -> dict[str, Any]:
    other = {"id", "url", "pdf_url", "credit_notes"}
    return {name: getattr(row, name) for name in model.model_fields if name not in other}
