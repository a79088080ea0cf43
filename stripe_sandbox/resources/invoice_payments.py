"""Which payment intent pays which invoice."""

from stripe_sandbox.errors import Json
from stripe_sandbox.http import listing
from stripe_sandbox.http.expansion import INCLUDABLE
from stripe_sandbox.http.listing import Condition
from stripe_sandbox.http.operations import Call, operation
from stripe_sandbox.sandbox import Sandbox


@operation("get", "/v1/invoice_payments")
def list_all(call: Call) -> Json:
    where: Condition = ("", ())
    if payment := call.params.get("payment"):
        kind = payment["type"]
        where = (f"AND json_extract(body, '$.payment.{kind}') = ?", (payment.get(kind),))
    return listing.page(call, "invoice_payment", "invoice", "status", where=where)


@operation("get", "/v1/invoice_payments/{invoice_payment}")
def retrieve(call: Call) -> Json:
    return call.box.store.require("invoice_payment", call.id)


def _payments(box: Sandbox, invoice: Json) -> Json:
    where = "AND json_extract(body, '$.invoice') = ?"
    found = box.store.select("invoice_payment", where, (invoice["id"],))
    return listing.whole_page(found, "/v1/invoice_payments")


INCLUDABLE["invoice", "payments"] = _payments
