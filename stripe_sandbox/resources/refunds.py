import time

from stripe_sandbox import events, shapes, timers
from stripe_sandbox.errors import InvalidRequest, Json
from stripe_sandbox.http import listing
from stripe_sandbox.http.operations import Call, operation
from stripe_sandbox.payments import charges, disputes
from stripe_sandbox.payments.cards import BY_NUMBER
from stripe_sandbox.sandbox import Sandbox


@operation("post", "/v1/refunds")
def create(call: Call) -> Json:
    return make(call.box, call.params)


def make(box: Sandbox, params: Json) -> Json:
    """Also for credit notes."""
    charge = _charge(box, params)
    amount = _amount(box, charge, params)
    refund = box.new(
        "refund",
        amount=amount,
        charge=charge["id"],
        currency=charge["currency"],
        destination_details=shapes.fill("refund:destination_details", {"type": "card"}),
        payment_intent=charge["payment_intent"],
        payment_method=charge["payment_method"],
        reason=params.get("reason"),
        status="succeeded",
    )
    shapes.assign_metadata(refund, params)
    refund["balance_transaction"] = charges.transaction(box, refund, "refund", -amount)
    _add(charge, amount)
    if _manner(box, charge) == "pends":
        refund.update(status="pending", pending_reason="processing")
    _let_end(box, refund, charge)
    events.emit(box, "refund.created", refund)
    events.emit(box, "charge.refunded", charge)
    return refund


@operation("get", "/v1/refunds")
def list_all(call: Call) -> Json:
    return listing.page(call, "refund", "charge", "payment_intent")


@operation("get", "/v1/refunds/{refund}")
def retrieve(call: Call) -> Json:
    return call.box.store.require("refund", call.id)


@operation("post", "/v1/refunds/{refund}")
def update(call: Call) -> Json:
    refund = call.box.store.require("refund", call.id)
    with events.updating(call.box, "refund.updated", refund):
        shapes.assign_metadata(refund, call.params)
    return refund


def end(box: Sandbox, refund: Json, *, succeeds: bool) -> None:
    """A refund reaches its end after its creation; a failed one gives the money back."""
    if refund["status"] == "failed":
        raise InvalidRequest(f"Refund {refund['id']} has already failed.")
    charge = box.store.require("charge", refund["charge"])
    timers.stop(box, "end_refund", refund["id"])
    with events.updating(box, "refund.updated", refund):
        refund.pop("pending_reason", None)
        refund["status"] = "succeeded" if succeeds else "failed"
        if not succeeds:
            refund["failure_reason"] = "expired_or_canceled_card"
            refund["failure_balance_transaction"] = charges.transaction(
                box, refund, "refund_failure", refund["amount"]
            )
            _add(charge, -refund["amount"])
    events.emit(box, "charge.refund.updated", refund)
    if not succeeds:
        events.emit(box, "refund.failed", refund)


@timers.action("end_refund")
def end_by_itself(box: Sandbox, id: str) -> None:
    refund = box.store.require("refund", id)
    charge = box.store.require("charge", refund["charge"])
    end(box, refund, succeeds=_manner(box, charge) != "fails_later")


def _charge(box: Sandbox, params: Json) -> Json:
    if intent_id := params.get("payment_intent"):
        intent = box.store.require("payment_intent", intent_id, "payment_intent")
        id = intent["latest_charge"]
        if not id:
            raise InvalidRequest(
                f"This PaymentIntent ({intent_id}) does not have a successful charge to refund.",
                param="payment_intent",
            )
    elif not (id := params.get("charge")):
        raise InvalidRequest(
            "One of the following params should be provided for this request: payment_intent or "
            "charge."
        )
    return box.store.require("charge", id, "charge")


def _amount(box: Sandbox, charge: Json, params: Json) -> int:
    left = charge["amount_captured"] - charge["amount_refunded"]
    amount = int(params.get("amount", left))
    id = charge["id"]
    if charge["status"] != "succeeded":
        raise InvalidRequest(f"Charge {id} has not succeeded and cannot be refunded.")
    if charge["disputed"] and disputes.freezes(box, charge):
        raise InvalidRequest(
            f"Charge {id} has been charged back; cannot issue a refund.", code="charge_disputed"
        )
    if left == 0:
        raise InvalidRequest(
            f"Charge {id} has already been refunded.", code="charge_already_refunded"
        )
    if amount > left:
        raise InvalidRequest(
            f"Refund amount ({amount}) is greater than unrefunded amount on charge ({left})",
            param="amount",
        )
    if amount < 1:
        raise InvalidRequest(
            "Invalid positive integer", param="amount", code="parameter_invalid_integer"
        )
    return amount


def _add(charge: Json, amount: int) -> None:
    charge["amount_refunded"] += amount
    charge["refunded"] = charge["amount_refunded"] == charge["amount_captured"]


def _manner(box: Sandbox, charge: Json) -> str:
    card = BY_NUMBER.get(box.store.private(charge["payment_method"]).get("number", ""))
    return card.refund if card else "succeeds"


def _let_end(box: Sandbox, refund: Json, charge: Json) -> None:
    if _manner(box, charge) != "succeeds" and box.settings.settle_after is not None:
        timers.start(box, "end_refund", refund["id"], time.time() + box.settings.settle_after)
