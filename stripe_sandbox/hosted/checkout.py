"""The page of a Checkout Session."""

from collections.abc import Callable
from typing import Any

from flask import abort, make_response, redirect, render_template, request
from werkzeug.wrappers import Response as BaseResponse

from stripe_sandbox.errors import CardDeclined, InvalidCard, InvalidRequest, Json
from stripe_sandbox.hosted import address_form
from stripe_sandbox.hosted.pages import box, bp
from stripe_sandbox.hosted.payment_form import PaymentForm, delayed_method
from stripe_sandbox.payments import (
    checkout,
    checkout_prices,
    checkout_setup,
    checkout_shipping,
    checkout_subscription,
)
from stripe_sandbox.payments.checkout_prices import lines_of

Page = BaseResponse | tuple[str, int] | str
FINISH: dict[str, Callable[..., Json | None]] = {
    "payment": checkout.pay,
    "setup": checkout_setup.save,
    "subscription": checkout_subscription.pay,
}


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
        form.errors |= address_form.problems(session, form.values)
        is_free = checkout_prices.is_free(session)
        next_page = _pay(session, form) if form.validate(needs_method=not is_free) else None
        return next_page or (_render(session, form), 422)


@bp.post("/c/pay/<id>/promotion")
def apply_promotion(id: str) -> Page:
    """An empty code takes the discount off again."""
    with box().store.transaction():
        session = _open_session(id)
        form = PaymentForm({"email": _known_email(session), **request.form})
        try:
            checkout_prices.apply_code(box(), session, form.values["promotion_code"].strip())
        except InvalidRequest as refusal:
            form.errors["promotion_code"] = refusal.message
            return _render(session, form), 422
        return redirect(f"/c/pay/{id}", 303)


@bp.post("/c/pay/<id>/shipping")
def choose_shipping(id: str) -> Page:
    with box().store.transaction():
        session = _open_session(id)
        checkout_shipping.choose(box(), session, request.form.get("shipping_rate", ""))
        return redirect(f"/c/pay/{id}", 303)


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
        finish = FINISH[session["mode"]]
        intent = finish(box(), session, form.buyer, _method(session, form), return_url)
    except (CardDeclined, InvalidCard, InvalidRequest) as refusal:
        form.refuse(refusal)
        return None
    if intent and intent["status"] == "requires_action":
        return redirect(intent["next_action"]["redirect_to_url"]["url"], 303)
    return _to_success(session)


def _method(session: Json, form: PaymentForm) -> Any:
    """What was typed in; None when the session asks for nothing."""
    return None if checkout_prices.is_free(session) else form.payment_method()


def _last_error(session: Json) -> Json | None:
    hidden = box().store.private(session["id"]).get("intent")
    id = session["payment_intent"] or session["setup_intent"] or hidden or ""
    intent = box().store.get(id) or {}
    error: Json | None = intent.get("last_payment_error") or intent.get("last_setup_error")
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
    if session["mode"] == "subscription":
        return _render_subscription(session, form)
    return render_template(
        "hosted/checkout.html",
        session=session,
        lines=lines_of(box(), session),
        rates=checkout_shipping.rates_of(box(), session),
        form=form,
        known_email=_known_email(session),
        delayed=delayed_method(session["currency"]) if session["amount_total"] else None,
        is_free=checkout_prices.is_free(session),
    )


def _render_subscription(session: Json, form: PaymentForm) -> str:
    data = box().store.private(session["id"])["subscription_data"]
    return render_template(
        "hosted/checkout_subscription.html",
        session=session,
        lines=lines_of(box(), session),
        form=form,
        known_email=_known_email(session),
        delayed=delayed_method(session["currency"]) if session["amount_total"] else None,
        has_trial=checkout_prices.has_trial(box(), session),
        trial_days=data.get("trial_period_days"),
        is_free=checkout_prices.is_free(session),
    )


def _to_success(session: Json) -> BaseResponse:
    url = session["success_url"].replace("{CHECKOUT_SESSION_ID}", session["id"])
    return redirect(url, 303)
