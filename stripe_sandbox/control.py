"""The sandbox's own API at `/_sandbox`: trouble on demand, and time made to pass."""

import time
from dataclasses import fields, replace
from typing import Any, get_args

from flask import Blueprint, Response, current_app, jsonify, request

from stripe_sandbox.billing.rules import FinalAction, Rules
from stripe_sandbox.errors import InvalidRequest, Json, StripeError, no_such
from stripe_sandbox.http.faults import Fault
from stripe_sandbox.payments import answers, confirmation, disputes
from stripe_sandbox.resources import checkout_sessions, refunds, test_clocks, webhook_endpoints
from stripe_sandbox.sandbox import Sandbox
from stripe_sandbox.webhooks import deliveries
from stripe_sandbox.webhooks.courier import Courier
from stripe_sandbox.webhooks.mischief import Mischief

DAY = 24 * 3600
bp = Blueprint("control", __name__, url_prefix="/_sandbox")


@bp.errorhandler(StripeError)
def show_error(error: StripeError) -> tuple[Json, int]:
    return error.body, error.status


@bp.post("/reset")
def reset() -> Json:
    """Forget everything; endpoints given at the start are there again."""
    box = _box()
    box.faults.clear()
    box.mischief = Mischief()
    box.billing = Rules()
    box.requests.clear()
    box.store.reset()
    with box.store.transaction():
        for url, secret in box.settings.webhooks:
            webhook_endpoints.forward(box, url, [secret])
    return {"reset": True}


@bp.get("/faults")
def list_faults() -> Response:
    return jsonify(_box().faults.as_json())


@bp.post("/faults")
def create_fault() -> Json:
    given = _body({field.name for field in fields(Fault)})
    if given.get("kind") not in ("500", "429", "409", "hang", "drop"):
        raise InvalidRequest("kind is one of 500, 429, 409, hang, drop", param="kind")
    _box().faults.add(Fault(**given))
    return given


@bp.delete("/faults")
def delete_faults() -> Json:
    _box().faults.clear()
    return {"deleted": True}


@bp.post("/forward")
def forward() -> Json:
    """Send events to `url`, signed with each of `secrets` (two while one is being rolled)."""
    given = _body({"url", "secrets"})
    with _box().store.transaction():
        endpoint = webhook_endpoints.forward(_box(), given["url"], given["secrets"])
        return dict(endpoint)


@bp.get("/mischief")
def show_mischief() -> Json:
    return _box().mischief.as_json()


@bp.post("/mischief")
def update_mischief() -> Json:
    """hold, copies, delay, drop, shuffle: what is not given stays as it is."""
    box = _box()
    given = _body({field.name for field in fields(Mischief)})
    for name, value in given.items():
        setattr(box.mischief, name, value)
    if "shuffle" in given:
        _courier().seed(given["shuffle"])
    _courier().ring()
    return box.mischief.as_json()


@bp.get("/billing")
def show_billing() -> Json:
    return _box().billing.as_json()


@bp.post("/billing")
def update_billing() -> Json:
    """finalize_after, retry_days, final_action, upcoming_days: what is not given stays."""
    box = _box()
    given = _body({field.name for field in fields(Rules)})
    if given.get("final_action", "cancel") not in get_args(FinalAction):
        raise InvalidRequest("final_action is one of cancel, unpaid, past_due")
    box.billing = replace(box.billing, **given)
    return box.billing.as_json()


@bp.post("/customers/<id>/travel")
def travel(id: str) -> Json:
    """Let time pass for a customer: `to` a time, or for some `days`."""
    box, given = _box(), _body({"to", "days"})
    with box.store.transaction():
        customer = box.store.require("customer", id)
        seconds = given["to"] - box.now(customer) if "to" in given else given["days"] * DAY
        if seconds <= 0:
            raise InvalidRequest("Time goes forward only.", param="to")
        return dict(test_clocks.travel(box, customer, int(seconds)))


@bp.get("/deliveries")
def list_deliveries() -> Response:
    return jsonify(deliveries.listed(_box(), request.args.get("event")))


@bp.post("/deliveries/now")
def deliver_now() -> Json:
    """Release what is held and hurry what waits, then wait until all of it was tried."""
    box, given = _box(), _body({"timeout", "seed"})
    if "seed" in given:
        box.mischief.shuffle = given["seed"]
        _courier().seed(given["seed"])
    deliveries.hurry(box)
    box.mischief.hold = False
    _courier().ring()
    is_idle = _courier().wait_idle(given.get("timeout", 10))
    if "seed" in given:
        box.mischief.shuffle = None
    return {"idle": is_idle}


@bp.post("/wait-idle")
def wait_idle() -> Json:
    """Block until no delivery is under way or due; with `retries` also none that waits."""
    given = _body({"timeout", "retries"})
    retries = bool(given.get("retries"))
    return {"idle": _courier().wait_idle(given.get("timeout", 10), retries=retries)}


@bp.post("/events/<id>/replay")
def replay(id: str) -> Json:
    box = _box()
    with box.store.transaction():
        event = box.store.require("event", id)
        deliveries.replay(box, event)
        return {"replayed": id}


@bp.post("/payment-intents/<id>/settle")
def settle(id: str) -> Json:
    """End a delayed payment: `succeeds` true (default) or false."""
    box, given = _box(), _body({"succeeds"})
    with box.store.transaction():
        intent = box.store.require("payment_intent", id)
        confirmation.settle(box, intent, succeeds=given.get("succeeds", True))
        return dict(intent)


@bp.post("/payment-intents/<id>/authenticate")
@bp.post("/setup-intents/<id>/authenticate")
def authenticate(id: str) -> Json:
    """Answer 3D Secure: `passes` true (the default) or false."""
    box, given = _box(), _body({"passes"})
    with box.store.transaction():
        intent = box.store.get(id)
        if intent is None or intent["object"] not in answers.AUTHENTICATE:
            raise no_such("intent", id)
        answers.answer(box, intent, passed=given.get("passes", True))
        return dict(intent)


@bp.post("/checkout-sessions/<id>/expire")
def expire_session(id: str) -> Json:
    box = _box()
    with box.store.transaction():
        session = box.store.require("checkout.session", id)
        checkout_sessions.expire(box, session)
        return dict(session)


@bp.post("/charges/<id>/dispute")
def dispute_charge(id: str) -> Json:
    """Open a dispute: `reason` (fraudulent by default), `inquiry` for a mere question."""
    box, given = _box(), _body({"reason", "inquiry"})
    with box.store.transaction():
        charge = box.store.require("charge", id)
        reason, is_inquiry = given.get("reason", "fraudulent"), given.get("inquiry", False)
        return dict(disputes.open_dispute(box, charge, reason, is_inquiry=is_inquiry))


@bp.post("/disputes/<id>/end")
def end_dispute(id: str) -> Json:
    """Let the bank decide: `verdict` won or lost."""
    box, given = _box(), _body({"verdict"})
    if given.get("verdict") not in ("won", "lost"):
        raise InvalidRequest("verdict is one of won, lost", param="verdict")
    with box.store.transaction():
        dispute = box.store.require("dispute", id)
        disputes.end(box, dispute, given["verdict"])
        return dict(dispute)


@bp.post("/refunds/<id>/end")
def end_refund(id: str) -> Json:
    """End a refund: `succeeds` false makes it fail, even one that had succeeded."""
    box, given = _box(), _body({"succeeds"})
    with box.store.transaction():
        refund = box.store.require("refund", id)
        refunds.end(box, refund, succeeds=given.get("succeeds", False))
        return dict(refund)


@bp.get("/requests")
def list_requests() -> Response:
    """The latest requests to the API, newest first."""
    return jsonify(list(_box().requests))


@bp.get("/health")
def health() -> Json:
    return {"ok": True, "now": time.time()}


def _box() -> Sandbox:
    box: Sandbox = current_app.extensions["sandbox"]
    return box


def _courier() -> Courier:
    courier: Courier = current_app.extensions["courier"]
    return courier


def _body(known: set[str]) -> dict[str, Any]:
    """The JSON of the request; a misspelled key must not pass for a default."""
    given: dict[str, Any] = request.get_json(silent=True) or {}
    if unknown := set(given) - known:
        raise InvalidRequest(f"unknown: {', '.join(sorted(unknown))}", param=min(unknown))
    return given
