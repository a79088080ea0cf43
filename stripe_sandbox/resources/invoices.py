from stripe_sandbox import events, shapes
from stripe_sandbox.billing import collection, discounts, finalizing, invoicing
from stripe_sandbox.billing.redemption import Purchase
from stripe_sandbox.errors import InvalidRequest, Json
from stripe_sandbox.http import listing
from stripe_sandbox.http.expansion import INCLUDABLE
from stripe_sandbox.http.listing import Condition
from stripe_sandbox.http.operations import Call, operation
from stripe_sandbox.resources import payment_methods
from stripe_sandbox.sandbox import Sandbox

DAY = 24 * 3600
# What can still be changed after finalization.
ALWAYS = ("auto_advance", "default_payment_method")
DRAFT_ONLY = (
    "automatically_finalizes_at", "collection_method", "custom_fields", "description", "due_date",
    "effective_at", "footer", "number", "payment_settings", "rendering", "shipping_details",
    "statement_descriptor",
)  # fmt: skip


@operation("post", "/v1/invoices")
def create(call: Call) -> Json:
    box, params = call.box, call.params
    if not params.get("customer"):
        raise InvalidRequest("Missing required param: customer.", param="customer")
    customer = box.store.require("customer", params["customer"], "customer")
    subscription = _subscription(box, params)
    currency = str(params.get("currency") or customer["currency"] or "eur").lower()
    invoice = invoicing.draft(box, customer, "manual", currency, auto_advance=False)
    if subscription:
        invoice["parent"] = invoicing.parent(subscription)
    _change(box, invoice, params)
    if invoice["auto_advance"] and not params.get("automatically_finalizes_at"):
        invoice["automatically_finalizes_at"] = box.now(invoice) + box.billing.finalize_after
    if subscription or params.get("pending_invoice_items_behavior") == "include":
        invoicing.add_pending(box, invoice, subscription["id"] if subscription else None)
    invoicing.announce(box, invoice)
    return invoice


@operation("get", "/v1/invoices/{invoice}")
def retrieve(call: Call) -> Json:
    return call.box.store.require("invoice", call.id)


@operation("post", "/v1/invoices/{invoice}")
def update(call: Call) -> Json:
    invoice = call.box.store.require("invoice", call.id)
    with events.updating(call.box, "invoice.updated", invoice):
        _change(call.box, invoice, call.params)
        if invoice["status"] == "draft":
            invoicing.total_up(call.box, invoice)
    if invoice["status"] == "draft":
        invoicing.plan_finalization(call.box, invoice)
    return invoice


@operation("delete", "/v1/invoices/{invoice}")
def delete(call: Call) -> Json:
    """Invoice items of a deleted draft wait again."""
    box = call.box
    invoice = box.store.require("invoice", call.id)
    invoicing.require_draft(invoice, "delete")
    if invoice["parent"]:
        raise InvalidRequest("You can't delete invoices created by subscriptions.")
    collection.stop(box, invoice)
    where = "AND json_extract(body, '$.invoice') = ?"
    for item in box.store.select("invoiceitem", where, (call.id,)):
        item["invoice"] = None
    for line in invoicing.lines_of(box, invoice):
        box.store.remove(line["id"])
    events.emit(box, "invoice.deleted", invoice)
    return box.store.remove(call.id)


@operation("get", "/v1/invoices")
def list_all(call: Call) -> Json:
    where: Condition = ("", ())
    if subscription := call.params.get("subscription"):
        path = "$.parent.subscription_details.subscription"
        where = (f"AND json_extract(body, '{path}') = ?", (subscription,))
    return listing.page(call, "invoice", "collection_method", "customer", "status", where=where)


@operation("get", "/v1/invoices/{invoice}/lines")
def list_lines(call: Call) -> Json:
    call.box.store.require("invoice", call.id)
    where = ("AND json_extract(body, '$.invoice') = ?", (call.id,))
    return listing.page(call, "line_item", where=where, oldest_first=True)


@operation("post", "/v1/invoices/{invoice}/finalize")
def finalize(call: Call) -> Json:
    invoice = call.box.store.require("invoice", call.id)
    if "auto_advance" in call.params:
        invoice["auto_advance"] = call.params["auto_advance"]
    if invoice["auto_advance"]:
        finalizing.advance(call.box, invoice)
    else:
        finalizing.finalize(call.box, invoice)
    return invoice


@operation("post", "/v1/invoices/{invoice}/pay")
def pay(call: Call) -> Json:
    box, params = call.box, call.params
    invoice = box.store.require("invoice", call.id)
    params.get("off_session")  # a saved card is charged either way
    if invoice["status"] == "draft":
        finalizing.finalize(box, invoice)
        if invoice["status"] == "paid":
            return invoice
    if params.get("paid_out_of_band"):
        if invoice["status"] not in ("open", "uncollectible"):
            raise InvalidRequest("Invoice is already paid.", code="invoice_not_payable")
        collection.mark_paid(box, invoice, out_of_band=True)
        return invoice
    given = params.get("payment_method")
    collection.pay(box, invoice, payment_methods.use(box, given)["id"] if given else None)
    return invoice


@operation("post", "/v1/invoices/{invoice}/void")
def void(call: Call) -> Json:
    invoice = call.box.store.require("invoice", call.id)
    collection.close(call.box, invoice, "voided")
    return invoice


@operation("post", "/v1/invoices/{invoice}/mark_uncollectible")
def mark_uncollectible(call: Call) -> Json:
    invoice = call.box.store.require("invoice", call.id)
    collection.close(call.box, invoice, "uncollectible")
    return invoice


@operation("post", "/v1/invoices/{invoice}/send")
def send(call: Call) -> Json:
    invoice = call.box.store.require("invoice", call.id)
    if invoice["collection_method"] != "send_invoice":
        raise InvalidRequest(
            "You can only manually send an invoice if its collection method is 'send_invoice'."
        )
    if invoice["status"] == "draft":
        finalizing.finalize(call.box, invoice)
    events.emit(call.box, "invoice.sent", invoice)
    return invoice


def _subscription(box: Sandbox, params: Json) -> Json | None:
    id = params.get("subscription")
    return box.store.require("subscription", id, "subscription") if id else None


def _change(box: Sandbox, invoice: Json, params: Json) -> None:
    if any(name in params for name in (*DRAFT_ONLY, "days_until_due", "discounts")):
        invoicing.require_draft(invoice, "change")
    if method := params.get("default_payment_method"):
        box.store.require("payment_method", method, "default_payment_method")
    shapes.assign(invoice, params, *ALWAYS, *DRAFT_ONLY)
    shapes.assign_metadata(invoice, params)
    _set_due_date(box, invoice, params)
    if "discounts" in params:
        given = params["discounts"] or []
        purchase = Purchase(invoice["currency"], box.now(invoice), invoice["customer"])
        made = discounts.make_all(box, given, purchase, invoice=invoice["id"])
        invoice["discounts"] = [discount["id"] for discount in made]


def _set_due_date(box: Sandbox, invoice: Json, params: Json) -> None:
    days = params.get("days_until_due")
    if days is not None:
        invoice["due_date"] = box.now(invoice) + days * DAY
    is_sent = invoice["collection_method"] == "send_invoice"
    if is_sent and invoice["status"] == "draft" and invoice["due_date"] is None:
        raise InvalidRequest(
            "If invoice collection method is set to `send_invoice`, you must specify either "
            "`due_date` or `days_until_due`.",
            param="days_until_due",
        )


def _secret(box: Sandbox, invoice: Json) -> Json | None:
    """What a browser pays with; only while there is something to pay."""
    intent = collection.intent_of(box, invoice) if invoice["status"] == "open" else None
    return {"client_secret": intent["client_secret"], "type": "payment_intent"} if intent else None


INCLUDABLE["invoice", "confirmation_secret"] = _secret
