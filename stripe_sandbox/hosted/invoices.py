"""The page of an invoice, where it can be paid, and its PDF."""

from flask import Response, abort, make_response, redirect, render_template, request
from werkzeug.wrappers import Response as BaseResponse

from stripe_sandbox.billing import collection, invoicing
from stripe_sandbox.errors import CardDeclined, InvalidCard, InvalidRequest, Json
from stripe_sandbox.hosted import papers
from stripe_sandbox.hosted.pages import box, bp
from stripe_sandbox.hosted.payment_form import PaymentForm, delayed_method
from stripe_sandbox.payments import confirmation
from stripe_sandbox.payments.challenges import Terms
from stripe_sandbox.resources import payment_methods

Page = BaseResponse | tuple[str, int] | str
bp.add_app_template_filter(papers.day)


@bp.get("/i/<id>")
def show_invoice(id: str) -> Page:
    with box().store.transaction():
        invoice = _find(id)
        form = _form(invoice)
        intent = collection.intent_of(box(), invoice)
        if intent and intent["last_payment_error"]:
            form.errors["form"] = intent["last_payment_error"]["message"]
        return _render(invoice, form)


@bp.post("/i/<id>")
def pay_invoice(id: str) -> Page:
    with box().store.transaction():
        invoice = _find(id)
        intent = collection.intent_of(box(), invoice)
        if intent is None or intent["status"] == "processing":  # paid in another tab
            return _render(invoice, _form(invoice))
        form = _form(invoice, **request.form.to_dict())
        next_page = _pay(invoice, intent, form) if form.validate() else None
        return redirect(next_page, 303) if next_page else (_render(invoice, form), 422)


@bp.get("/i/<id>/pdf")
def download_invoice(id: str) -> Response:
    with box().store.transaction():
        invoice = _find(id)
        content = papers.invoice(invoice, invoicing.lines_of(box(), invoice))
    return as_pdf(content, f"Invoice-{invoice['number']}")


@bp.get("/cn/<id>/pdf")
def download_credit_note(id: str) -> Response:
    with box().store.transaction():
        note = box().store.get(id)
        if note is None or note["object"] != "credit_note":
            abort(404)
        invoice = box().store.require("invoice", note["invoice"])
        content = papers.credit_note(note, invoice)
    return as_pdf(content, f"Credit-note-{note['number']}")


def as_pdf(content: bytes, name: str) -> Response:
    response = Response(content, mimetype="application/pdf")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.pdf"'
    return response


def _pay(invoice: Json, intent: Json, form: PaymentForm) -> str | None:
    """Where the buyer goes next; None with an error on the form when they have to stay."""
    page = f"{box().settings.public_url}/i/{invoice['id']}"
    try:
        billing = {"email": form.buyer.email, "name": form.buyer.name or None}
        method = payment_methods.make(box(), {**form.payment_method(), "billing_details": billing})
        intent["payment_method"] = method["id"]
        confirmation.confirm(box(), intent, Terms(return_url=page))
    except (CardDeclined, InvalidCard, InvalidRequest) as refusal:
        form.refuse(refusal)
        return None
    if intent["status"] == "requires_action":
        return str(intent["next_action"]["redirect_to_url"]["url"])
    return page


def _find(id: str) -> Json:
    """Ends the request when there is no such invoice, or it is still a draft."""
    invoice = box().store.get(id)
    if invoice is None or invoice["object"] != "invoice" or not invoice.get("number"):
        abort(make_response(render_template("hosted/gone.html", session=None), 404))
    return invoice


def _form(invoice: Json, **typed: str) -> PaymentForm:
    return PaymentForm({"email": invoice["customer_email"] or "", **typed})


def _render(invoice: Json, form: PaymentForm) -> str:
    return render_template(
        "hosted/invoice.html",
        invoice=invoice,
        lines=invoicing.lines_of(box(), invoice),
        intent=collection.intent_of(box(), invoice),
        form=form,
        delayed=delayed_method(invoice["currency"]),
    )
