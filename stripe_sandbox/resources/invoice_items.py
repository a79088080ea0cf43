from stripe_sandbox import events
from stripe_sandbox.billing import invoicing, items, lines
from stripe_sandbox.errors import InvalidRequest, Json
from stripe_sandbox.http import listing
from stripe_sandbox.http.operations import Call, operation
from stripe_sandbox.sandbox import Sandbox

REPRICED_BY = ("amount", "pricing", "price_data", "quantity")


@operation("post", "/v1/invoiceitems")
def create(call: Call) -> Json:
    return items.make(call.box, call.params)


@operation("get", "/v1/invoiceitems/{invoiceitem}")
def retrieve(call: Call) -> Json:
    return call.box.store.require("invoiceitem", call.id)


@operation("get", "/v1/invoiceitems")
def list_all(call: Call) -> Json:
    where = ("", ())
    if "pending" in call.params:
        is_pending = "IS" if call.params["pending"] else "IS NOT"
        where = (f"AND json_extract(body, '$.invoice') {is_pending} NULL", ())
    return listing.page(call, "invoiceitem", "customer", "invoice", where=where)


@operation("post", "/v1/invoiceitems/{invoiceitem}")
def update(call: Call) -> Json:
    box = call.box
    item = box.store.require("invoiceitem", call.id)
    invoice = _draft_of(box, item)
    if any(name in call.params for name in REPRICED_BY):
        items.reprice(box, item, call.params)
    items.change(box, item, call.params)
    lines.change_item(box, item)
    _follow(box, invoice)
    return item


@operation("delete", "/v1/invoiceitems/{invoiceitem}")
def delete(call: Call) -> Json:
    box = call.box
    item = box.store.require("invoiceitem", call.id)
    invoice, line = _draft_of(box, item), lines.line_of(box, item)
    if line:
        box.store.remove(line["id"])
    events.emit(box, "invoiceitem.deleted", item)
    deleted = box.store.remove(call.id)
    _follow(box, invoice)
    return deleted


def _draft_of(box: Sandbox, item: Json) -> Json | None:
    """The draft it is on. Raises InvalidRequest when the invoice is no draft any more."""
    if not item["invoice"]:
        return None
    invoice = box.store.require("invoice", item["invoice"])
    if invoice["status"] != "draft":
        raise InvalidRequest(
            "This invoice item is attached to an invoice that is no longer editable.",
            code="invoice_not_editable",
        )
    return invoice


def _follow(box: Sandbox, invoice: Json | None) -> None:
    if invoice:
        with events.updating(box, "invoice.updated", invoice):
            invoicing.total_up(box, invoice)
