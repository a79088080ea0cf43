from stripe_sandbox import events, shapes
from stripe_sandbox.errors import Json
from stripe_sandbox.http import listing
from stripe_sandbox.http.expansion import INCLUDABLE
from stripe_sandbox.http.operations import Call, operation
from stripe_sandbox.sandbox import Sandbox


@operation("get", "/v1/charges")
def list_all(call: Call) -> Json:
    return listing.page(call, "charge", "customer", "payment_intent", "transfer_group")


@operation("get", "/v1/charges/{charge}")
def retrieve(call: Call) -> Json:
    return call.box.store.require("charge", call.id)


@operation("post", "/v1/charges/{charge}")
def update(call: Call) -> Json:
    charge = call.box.store.require("charge", call.id)
    with events.updating(call.box, "charge.updated", charge):
        shapes.assign(charge, call.params, "description", "receipt_email", "shipping")
        shapes.assign_metadata(charge, call.params)
    return charge


def _refunds(box: Sandbox, charge: Json) -> Json:
    id = charge["id"]
    refunds = box.store.select("refund", "AND json_extract(body, '$.charge') = ?", (id,))
    return listing.whole_page(refunds, f"/v1/charges/{id}/refunds")


INCLUDABLE["charge", "refunds"] = _refunds
