"""Invoices for staff: found by whatever is on them, sent again, and corrected."""

from typing import Any, ClassVar

from flask import flash, redirect, request
from flask_admin import expose
from flask_login import current_user
from sqlalchemy import ColumnElement
from werkzeug.wrappers import Response

from shop import db
from shop.accounts import audit
from shop.accounts.permissions import Permission, may
from shop.admin import cells, gate
from shop.admin.finding import FindingView
from shop.admin.invoices.forms import BuyerForm, ReasonForm
from shop.admin.records import Tab
from shop.admin.support import masking
from shop.billing.invoices import buyers, finding, pages, paper
from shop.billing.invoices.models import IS_FLAGGED, Invoice, InvoiceStatus, Source
from shop.billing.reconciling import resyncing
from shop.db import session, utcnow
from shop.errors import NotFound, ShopError
from shop.orders import invoice_mails

KINDS = {
    InvoiceStatus.PAID: "good",
    InvoiceStatus.OPEN: "warn",
    InvoiceStatus.UNCOLLECTIBLE: "bad",
}


def customer(_view: Any, _context: Any, invoice: Invoice, _name: str) -> str:
    known = invoice.customer_company or invoice.customer_name
    if may(current_user, Permission.REVEAL):
        return known or invoice.customer_email
    return masking.short(known) or masking.email(invoice.customer_email)


def age(_view: Any, _context: Any, invoice: Invoice, _name: str) -> str:
    """In days; only of what somebody still owes."""
    if invoice.status is not InvoiceStatus.OPEN or invoice.issued_at is None:
        return ""
    days = (utcnow() - invoice.issued_at).days
    return f"{days} day{'' if days == 1 else 's'}"


class InvoiceView(FindingView):
    search_hint = "A number, order, id at Stripe, VAT id, date or amount; what a name begins with."
    title: ClassVar[str] = "invoice"
    many: ClassVar[str] = "invoices"
    details_template = "admin/invoices/show.html"
    tabs = (
        Tab("hand", "Needs a look", IS_FLAGGED),
        Tab("open", "Open", Invoice.status == InvoiceStatus.OPEN),
        Tab("paid", "Paid", Invoice.status == InvoiceStatus.PAID),
        Tab("unpaid", "Not paid", Invoice.status == InvoiceStatus.UNCOLLECTIBLE),
        Tab("void", "Void", Invoice.status == InvoiceStatus.VOID),
        Tab("draft", "Drafts", Invoice.status == InvoiceStatus.DRAFT),
        Tab("all", "All", Invoice.id.is_not(None)),
    )
    column_list = ("number", "issued_at", "customer_name", "reference", "status", "age", "total")
    column_labels: ClassVar[dict[str, str]] = {
        "issued_at": "Issued",
        "customer_name": "Customer",
        "reference": "Order",
    }
    column_sortable_list = ("issued_at", "total")
    column_formatters = {
        "number": cells.page_link_of(lambda _v, _c, one, _n: one.number or "Draft"),
        "customer_name": customer,
        "status": cells.pills(KINDS),
        "age": age,
        "total": cells.amount,
    }
    column_formatters_export = {"customer_name": customer, "age": age, "total": cells.amount}

    def name_of(self, record: Invoice) -> str:
        return record.number or "draft"

    def named(self, text: str) -> list[ColumnElement[bool]]:
        return finding.meanings(text)

    def about(self, invoice: Invoice) -> dict[str, Any]:
        return {
            "paper": paper.of_invoice(invoice),
            "sees_all": may(current_user, Permission.REVEAL),
            "is_ours": invoice.source is Source.SHOP,
            "may_handle": gate.is_permitted("admin_invoices.buyer"),
            "may_see_person": gate.is_permitted("admin_support.person"),
        }

    @expose("/<int:id>/pdf")
    def pdf(self, id: int) -> Response:
        return pages.send_pdf(self.one_or_404(id))

    @expose("/<int:id>/credit-notes/<token>/pdf")
    def credit_note_pdf(self, id: int, token: str) -> Response:
        return pages.send_pdf(finding.credit_note(self.one_or_404(id), token))

    @expose("/<int:id>/mail", methods=("GET", "POST"))
    def mail(self, id: int) -> Any:
        """The way to it, to its buyer once more."""
        invoice = self.one_or_404(id)
        return self._act(invoice, ReasonForm(request.form), "Send", self._send)

    @expose("/<int:id>/buyer", methods=("GET", "POST"))
    def buyer(self, id: int) -> Any:
        """Another company or VAT id: ours is issued anew with the same number."""
        invoice = self.one_or_404(id)
        known = invoice.customer_tax_ids[0]["value"] if invoice.customer_tax_ids else ""
        data = {"company": invoice.customer_company, "vat_id": known}
        form = BuyerForm(request.form or None, data=data)
        return self._act(invoice, form, "Correct the buyer of", self._correct)

    @expose("/<int:id>/resync", methods=("GET", "POST"))
    def resync(self, id: int) -> Any:
        invoice = self.one_or_404(id)
        if not invoice.stripe_invoice_id:
            raise NotFound
        return self._act(invoice, ReasonForm(request.form), "Resync", self._follow)

    def _act(self, invoice: Invoice, form: Any, title: str, do: Any) -> Any:
        back, name = self.url_of(invoice), self.name_of(invoice)
        if request.method == "POST" and form.validate():
            try:
                told = do(invoice, form)
            except ShopError as error:
                db.rollback()
                form.form_errors.append(error.detail)
            else:
                flash(told, "good")
                return redirect(back, 303)
        page = self.render(
            "admin/invoices/act.html", form=form, title=f"{title} {name}", back=back, name=name
        )
        return (page, 422) if form.errors else page

    def _send(self, invoice: Invoice, form: ReasonForm) -> str:
        self._note("send", invoice, form)
        invoice_mails.send_copy(invoice)
        return "The mail is on its way."

    def _correct(self, invoice: Invoice, form: BuyerForm) -> str:
        id, is_ours = invoice.id, invoice.source is Source.SHOP
        company, vat_id = form.company.data or "", form.vat_id.data or ""
        before = [invoice.customer_company, invoice.vat_id or ""]
        is_new = buyers.complete(invoice, company, vat_id, audit.actor())
        invoice = session.get_one(Invoice, id)
        self._note("correct", invoice, form, before=before, after=[company, vat_id])
        if not is_new:
            return "The invoice says so already."
        if is_ours:
            return f"Issued anew with the same number, as revision {invoice.revision}."
        return "Stripe's coming invoices carry it; those of the past cannot be changed."

    def _follow(self, invoice: Invoice, form: ReasonForm) -> str:
        id, stripe_id = invoice.id, invoice.stripe_invoice_id or ""
        told = resyncing.resync(stripe_id).told
        self._note("resync", session.get_one(Invoice, id), form, told=told)
        return told

    def _note(self, verb: str, invoice: Invoice, form: Any, **data: Any) -> None:
        reason = form.reason.data or ""
        audit.note(f"invoice.{verb}", f"invoice:{invoice.id}", reason=reason, **data)
