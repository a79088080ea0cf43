"""An order's invoice, for whoever holds the order's address: guests have no account."""

from flask import Blueprint
from werkzeug.wrappers import Response

from shop.billing.invoices import finding, pages
from shop.billing.invoices.models import Invoice
from shop.billing.invoices.pages import Place
from shop.orders.orders import find_order

bp = Blueprint("order_invoice", __name__, url_prefix="/orders/<token>/invoice")


def find(token: str) -> tuple[Invoice, Place]:
    """:raises NotFound: when there is no such order, or it was never paid."""
    order = find_order(token)
    url = f"/orders/{token}/invoice"
    back = (f"Order {order.number}", f"/orders/{token}")
    return finding.of_order(order.id), Place(url, f"{url}/credit-notes/", back)


@bp.get("")
def show_invoice(token: str) -> str:
    return pages.show(*find(token))


@bp.get("/pdf")
def send_invoice(token: str) -> Response:
    return pages.send_pdf(find(token)[0])


@bp.post("/buyer")
def save_buyer(token: str) -> Response | tuple[str, int]:
    return pages.save_buyer(*find(token))


@bp.get("/credit-notes/<note_token>")
def show_credit_note(token: str, note_token: str) -> str:
    invoice, place = find(token)
    return pages.show_credit_note(finding.credit_note(invoice, note_token), place)


@bp.get("/credit-notes/<note_token>/pdf")
def send_credit_note(token: str, note_token: str) -> Response:
    return pages.send_pdf(finding.credit_note(find(token)[0], note_token))
