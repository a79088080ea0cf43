"""Updating the card and the customer's details in the portal."""

from flask import redirect, render_template, request
from werkzeug.wrappers import Response

from stripe_sandbox import events, shapes
from stripe_sandbox.errors import CardDeclined, InvalidCard, InvalidRequest, Json
from stripe_sandbox.hosted.pages import box, bp
from stripe_sandbox.hosted.payment_form import PaymentForm
from stripe_sandbox.hosted.visits import Visit, open_visit
from stripe_sandbox.payments import default_method

Page = Response | tuple[str, int] | str
ADDRESS = ("line1", "line2", "postal_code", "city", "state", "country")
SIMPLE = ("name", "email", "phone")


@bp.get("/p/session/<id>/card")
def show_card(id: str) -> str:
    with box().store.transaction():
        visit = open_visit(id, "payment_method_update")
        return _render(visit, PaymentForm({"name": visit.customer["name"] or ""}))


@bp.post("/p/session/<id>/card")
def save_card(id: str) -> Page:
    with box().store.transaction():
        visit = open_visit(id, "payment_method_update")
        email = visit.customer["email"] or "customer@example.com"
        form = PaymentForm({**request.form, "email": email})
        answer = _save(visit, form) if form.validate() else None
        return answer or (_render(visit, form), 422)


@bp.get("/p/session/<id>/card/<intent>")
def come_back_with_card(id: str, intent: str) -> Page:
    """From the bank's page."""
    with box().store.transaction():
        visit = open_visit(id, "payment_method_update")
        setup = box().store.require("setup_intent", intent)
        if setup["customer"] == visit.customer["id"] and setup["status"] == "succeeded":
            return visit.finish("payment_method_update")
        form = PaymentForm()
        if error := setup["last_setup_error"]:
            form.errors["form"] = error["message"]
        return _render(visit, form)


@bp.get("/p/session/<id>/details")
def show_details(id: str) -> str:
    with box().store.transaction():
        visit = open_visit(id, "customer_update")
        values = {**visit.customer, **(visit.customer["address"] or {})}
        return _render_details(visit, PaymentForm(values))


@bp.post("/p/session/<id>/details")
def save_details(id: str) -> Page:
    with box().store.transaction():
        visit = open_visit(id, "customer_update")
        form = PaymentForm(request.form)
        allowed = visit.features["customer_update"]["allowed_updates"]
        if "email" in allowed and "@" not in request.form.get("email", ""):
            form.errors["email"] = "Enter a valid email address."
            return _render_details(visit, form), 422
        given: Json = {name: request.form.get(name, "") for name in SIMPLE if name in allowed}
        if "address" in allowed:
            given["address"] = {name: request.form.get(name, "") for name in ADDRESS}
        with events.updating(box(), "customer.updated", visit.customer):
            shapes.assign(visit.customer, given, *SIMPLE, "address")
        return visit.finish("customer_update")


def _save(visit: Visit, form: PaymentForm) -> Response | None:
    """Where the visitor goes next; None with an error on the form when they have to stay."""
    base = f"{box().settings.public_url}/p/session/{visit.session['id']}/card"
    billing = {"email": visit.customer["email"], "name": form.buyer.name or None}
    method = {**form.payment_method(), "billing_details": billing}
    try:
        intent = default_method.save(box(), visit.customer, method, base)
    except (CardDeclined, InvalidCard, InvalidRequest) as refusal:
        form.refuse(refusal)
        return None
    if intent["status"] == "requires_action":
        box().store.private(intent["id"])["return_url"] = f"{base}/{intent['id']}"
        return redirect(intent["next_action"]["redirect_to_url"]["url"], 303)
    return visit.finish("payment_method_update")


def _render(visit: Visit, form: PaymentForm) -> str:
    return render_template("hosted/portal/card.html", visit=visit, form=form, delayed=None)


def _render_details(visit: Visit, form: PaymentForm) -> str:
    allowed = visit.features["customer_update"]["allowed_updates"]
    return render_template("hosted/portal/details.html", visit=visit, form=form, allowed=allowed)
