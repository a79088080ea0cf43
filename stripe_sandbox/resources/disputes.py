from stripe_sandbox import events, shapes
from stripe_sandbox.errors import Json
from stripe_sandbox.http import listing
from stripe_sandbox.http.operations import Call, operation
from stripe_sandbox.payments import disputes


@operation("get", "/v1/disputes")
def list_all(call: Call) -> Json:
    return listing.page(call, "dispute", "charge", "payment_intent")


@operation("get", "/v1/disputes/{dispute}")
def retrieve(call: Call) -> Json:
    return call.box.store.require("dispute", call.id, "dispute")


@operation("post", "/v1/disputes/{dispute}")
def update(call: Call) -> Json:
    """Evidence is submitted to the bank at once unless `submit` is false."""
    dispute = call.box.store.require("dispute", call.id, "dispute")
    evidence, submits = call.params.get("evidence"), call.params.get("submit", True)
    with events.updating(call.box, "charge.dispute.updated", dispute):
        shapes.assign_metadata(dispute, call.params)
        if evidence is not None or call.params.get("submit"):
            disputes.answer(call.box, dispute, evidence or {}, submits=submits)
    return dispute


@operation("post", "/v1/disputes/{dispute}/close")
def close(call: Call) -> Json:
    """Give up: the dispute is lost."""
    dispute = call.box.store.require("dispute", call.id, "dispute")
    disputes.end(call.box, dispute, "lost")
    return dispute
