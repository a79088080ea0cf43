"""`/account/invoices`: everything that somebody was ever billed for."""

from flask import Blueprint, render_template, request, url_for
from werkzeug.wrappers import Response

from shop.accounts.access import required_role
from shop.billing.invoices import finding, pages
from shop.billing.invoices.models import Invoice
from shop.billing.invoices.pages import Place
from shop.billing.invoices.paper import status_pill

bp = Blueprint("invoices", __name__, template_folder="templates")


def place_of(invoice: Invoice) -> Place:
    url = url_for("invoices.show_invoice", token=invoice.token)
    return Place(url, "/account/credit-notes/", ("Invoices", "/account/invoices"))


@bp.get("/account/invoices")
@required_role()
def list_invoices() -> str:
    years = finding.my_years()
    asked = request.args.get("year", "")
    year = int(asked) if asked.isdecimal() and int(asked) in years else None
    return render_template(
        "invoices/list.html",
        invoices=finding.mine(year),
        years=years,
        year=year,
        pill_of=status_pill,
    )


@bp.get("/account/invoices/<token>")
@required_role()
def show_invoice(token: str) -> str:
    invoice = finding.my(token)
    return pages.show(invoice, place_of(invoice))


@bp.get("/account/invoices/<token>/pdf")
@required_role()
def send_invoice(token: str) -> Response:
    return pages.send_pdf(finding.my(token))


@bp.post("/account/invoices/<token>/buyer")
@required_role()
def save_buyer(token: str) -> Response | tuple[str, int]:
    invoice = finding.my(token)
    return pages.save_buyer(invoice, place_of(invoice))


@bp.get("/account/credit-notes/<token>")
@required_role()
def show_credit_note(token: str) -> str:
    invoice = finding.invoice_of_note(token)
    return pages.show_credit_note(finding.credit_note(invoice, token), place_of(invoice))


@bp.get("/account/credit-notes/<token>/pdf")
@required_role()
def send_credit_note(token: str) -> Response:
    invoice = finding.invoice_of_note(token)
    return pages.send_pdf(finding.credit_note(invoice, token))
