"""What an account's invoice pages and a guest's share: paper, PDF, and the buyer's form."""

from dataclasses import dataclass
from importlib import import_module
from typing import Any

from flask import Response, flash, make_response, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from shop.billing.invoices import buyers, paper
from shop.billing.invoices.forms import BuyerForm
from shop.billing.invoices.models import CreditNote, Invoice, Source
from shop.billing.invoices.paper import Paper
from shop.billing.invoices.tax_ids import BadTaxId


@dataclass(frozen=True)
class Place:
    """Where an invoice is shown: under the account, or to whoever holds the order's address."""

    url: str
    notes_url: str
    """A credit note is at this and its token."""
    back: tuple[str, str]
    """Name and address of the page above."""


def show(invoice: Invoice, place: Place, form: BuyerForm | None = None) -> str:
    known = invoice.customer_tax_ids[0]["value"] if invoice.customer_tax_ids else ""
    buyer = BuyerForm(data={"company": invoice.customer_company, "vat_id": known})
    return render_template(
        "invoices/show.html",
        paper=paper.of_invoice(invoice),
        place=place,
        notes=[note for note in invoice.credit_notes if note.number],
        form=form or buyer,
        invoice=invoice,
        is_ours=invoice.source is Source.SHOP,
        pdf_url=invoice.pdf_url or f"{place.url}/pdf",
    )


def save_buyer(invoice: Invoice, place: Place) -> AnyResponse | tuple[str, int]:
    form = BuyerForm(request.form)
    try:
        if not form.validate():
            return show(invoice, place, form), 422
        is_new = buyers.complete(invoice, form.company.data or "", form.vat_id.data or "")
    except BadTaxId as error:
        form.vat_id.errors = [*form.vat_id.errors, error.detail]
        return show(invoice, place, form), 422
    flash(*_words(invoice, is_new=is_new))
    return redirect(place.url, 303)


def _words(invoice: Invoice, *, is_new: bool) -> tuple[str, str]:
    if not is_new:
        return "The invoice says so already.", "info"
    if invoice.source is Source.STRIPE:
        return "Your coming invoices carry it. Those of the past cannot be changed.", "good"
    return "The invoice was issued anew, with the same number.", "good"


def show_credit_note(note: CreditNote, place: Place) -> str:
    return render_template(
        "invoices/credit_note.html",
        paper=paper.of_credit_note(note),
        place=place,
        invoice=note.invoice,
        pdf_url=note.pdf_url or f"{place.notes_url}{note.token}/pdf",
    )


def send_pdf(document: Invoice | CreditNote) -> AnyResponse:
    """Ours; where Stripe has one, that."""
    if document.pdf_url:
        return redirect(document.pdf_url, 303)
    is_invoice = isinstance(document, Invoice)
    words = paper.of_invoice(document) if is_invoice else paper.of_credit_note(document)  # type: ignore[arg-type]
    return _download(words)


def _download(words: Paper) -> Response:
    pdf: Any = import_module("shop.billing.invoices.pdf")  # it takes a second to load
    response = make_response(pdf.render(words))
    response.headers["Content-Type"] = "application/pdf"
    name = words.title.lower().replace(" ", "-")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.pdf"'
    return response
