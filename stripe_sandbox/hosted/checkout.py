"""The page of a Checkout Session."""

from flask import abort, make_response, redirect, render_template, request
from werkzeug.wrappers import Response as BaseResponse

from stripe_sandbox.errors import CardDeclined, InvalidCard, InvalidRequest, Json
from stripe_sandbox.hosted.pages import box, bp
from stripe_sandbox.hosted.payment_form import PaymentForm, delayed_method
from stripe_sandbox.payments import checkout, checkout_setup
from stripe_sandbox.resources.checkout_sessions import lines_of

Page = BaseResponse | tuple[str, int] | str


@bp.get("/c/pay/<id>")
def show_checkout(id: str) -> Page:
    with box().store.transaction():
        session = _open_session(id)
        return _render(session, PaymentForm({"email": _known_email(session)}))


@bp.post("/c/pay/<id>")
def pay(id: str) -> Page:
    form = PaymentForm(request.form)
    with box().store.transaction():
        session = _open_session(id)
        next_page = _pay(session, form) if form.validate() else None
        return next_page or (_render(session, form), 422)


@bp.get("/c/pay/<id>/return")
def come_back(id: str) -> Page:
    """From the bank's page."""
    with box().store.transaction():
        session = _open_session(id)
        form = PaymentForm({"email": _known_email(session)})
        if error := _last_error(session):
            form.errors["form"] = error["message"]
        return _render(session, form)


def _pay(session: Json, form: PaymentForm) -> BaseResponse | None:
    """Where the buyer goes next; None with an error on the form when they have to stay."""
    return_url = f"{box().settings.public_url}/c/pay/{session['id']}/return"
    try:
        finish = checkout_setup.save if session["mode"] == "setup" else checkout.pay
        intent = finish(box(), session, form.buyer, form.payment_method(), return_url)
    except (CardDeclined, InvalidCard, InvalidRequest) as refusal:
        form.refuse(refusal)
        return None
    if intent["status"] == "requires_action":
        return redirect(intent["next_action"]["redirect_to_url"]["url"], 303)
    return _to_success(session)


def _last_error(session: Json) -> Json | None:
    intent = box().store.get(session["payment_intent"] or session["setup_intent"] or "")
    if intent is None:
        return None
    error: Json | None = intent[
        "last_setup_error" if session["mode"] == "setup" else "last_payment_error"
    ]
    return error


def _open_session(id: str) -> Json:
    """Ends the request when the session takes no payment, with the page that says why."""
    session = box().store.get(id)
    if session is None or session["object"] != "checkout.session":
        abort(make_response(render_template("hosted/gone.html", session=None), 404))
    if session["status"] == "expired":
        abort(make_response(render_template("hosted/gone.html", session=session), 410))
    if session["status"] == "complete":  # a second tab, or the button pressed twice
        abort(_to_success(session))
    return session


def _known_email(session: Json) -> str:
    customer = box().store.get(session["customer"] or "") or {}
    return str(session["customer_email"] or customer.get("email") or "")


def _render(session: Json, form: PaymentForm) -> str:
    return render_template(
        "hosted/checkout.html",
        session=session,
        lines=lines_of(box(), session),
        form=form,
        known_email=_known_email(session),
        delayed=None if session["mode"] == "setup" else delayed_method(session["currency"]),
    )


def _to_success(session: Json) -> BaseResponse:
    url = session["success_url"].replace("{CHECKOUT_SESSION_ID}", session["id"])
    return redirect(url, 303)
