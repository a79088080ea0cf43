from stripe_sandbox import events, shapes
from stripe_sandbox.billing import balance, collection, crediting
from stripe_sandbox.errors import InvalidRequest, Json
from stripe_sandbox.http import listing
from stripe_sandbox.http.operations import Call, operation
from stripe_sandbox.resources import refunds
from stripe_sandbox.sandbox import Sandbox


@operation("post", "/v1/credit_notes")
def create(call: Call) -> Json:
    box, params = call.box, call.params
    params.get("email_type")  # nobody gets mail from the sandbox
    note = crediting.draft(box, params)
    invoice = box.store.require("invoice", note["invoice"])
    box.store.add(note)
    field = f"{note['type']}_credit_notes_amount"
    invoice[field] += note["amount"]
    if note["type"] == "pre_payment":
        collection.credited(box, invoice, note["amount"])
    else:
        _give_back(box, note, params)
    events.emit(box, "credit_note.created", note)
    return note


@operation("get", "/v1/credit_notes/preview")
def preview(call: Call) -> Json:
    call.params.get("email_type")
    for name in ("credit_amount", "out_of_band_amount", "refund_amount", "refunds"):
        call.params.get(name)  # where the money goes does not show in a preview
    return crediting.draft(call.box, call.params)


@operation("get", "/v1/credit_notes/preview/lines")
def preview_lines(call: Call) -> Json:
    lines: Json = preview(call)["lines"]
    return {**lines, "url": call.path}


@operation("get", "/v1/credit_notes")
def list_all(call: Call) -> Json:
    return listing.page(call, "credit_note", "customer", "invoice")


@operation("get", "/v1/credit_notes/{id}")
def retrieve(call: Call) -> Json:
    return call.box.store.require("credit_note", call.id)


@operation("post", "/v1/credit_notes/{id}")
def update(call: Call) -> Json:
    note = call.box.store.require("credit_note", call.id)
    with events.updating(call.box, "credit_note.updated", note):
        shapes.assign(note, call.params, "memo")
        shapes.assign_metadata(note, call.params)
    return note


@operation("post", "/v1/credit_notes/{id}/void")
def void(call: Call) -> Json:
    """Only as long as the invoice is open: what was given back stays given."""
    box = call.box
    note = box.store.require("credit_note", call.id)
    invoice = box.store.require("invoice", note["invoice"])
    if note["status"] == "void":
        raise InvalidRequest("This credit note is already void.")
    if invoice["status"] not in ("open", "uncollectible"):
        raise InvalidRequest("You can only void a credit note of an open invoice.")
    note.update(status="void", voided_at=box.now(invoice))
    invoice["pre_payment_credit_notes_amount"] -= note["amount"]
    collection.credited(box, invoice, -note["amount"])
    events.emit(box, "credit_note.voided", note)
    return note


@operation("get", "/v1/credit_notes/{credit_note}/lines")
def list_lines(call: Call) -> Json:
    lines: Json = call.box.store.require("credit_note", call.id)["lines"]
    call.params.get("limit")  # they are few
    return lines


def _give_back(box: Sandbox, note: Json, params: Json) -> None:
    """To the card, to the balance, or by other means; the sum has to be the whole credit."""
    linked = params.get("refunds") or []
    to_card, to_balance = params.get("refund_amount") or 0, params.get("credit_amount") or 0
    elsewhere = params.get("out_of_band_amount") or 0
    given = to_card + to_balance + elsewhere
    given += sum(_refunded(box, member) for member in linked)
    if given != note["amount"]:
        raise InvalidRequest(
            "The sum of `credit_amount`, `refund_amount`, `out_of_band_amount` and `refunds` "
            f"({given}) must equal the credit note's total ({note['amount']}).",
            param="amount",
        )
    for member in linked:
        _link(note, member["refund"], _refunded(box, member))
    if to_card:
        refund = refunds.make(box, {"charge": _charge(box, note), "amount": to_card})
        _link(note, refund["id"], to_card)
    if to_balance:
        customer = box.store.require("customer", note["customer"])
        transaction = balance.add(
            box, customer, -to_balance, note["currency"], "credit_note", credit_note=note["id"]
        )
        note["customer_balance_transaction"] = transaction["id"]
    note["out_of_band_amount"] = elsewhere or None


def _link(note: Json, refund: str, amount: int) -> None:
    link = {"amount_refunded": amount, "refund": refund, "type": "refund"}
    note["refunds"].append({**link, "payment_record_refund": None})


def _refunded(box: Sandbox, member: Json) -> int:
    refund = box.store.require("refund", member.get("refund") or "", "refunds")
    amount = member.get("amount_refunded")
    return int(refund["amount"] if amount is None else amount)


def _charge(box: Sandbox, note: Json) -> str:
    where = "AND json_extract(body, '$.invoice') = ? AND json_extract(body, '$.status') = 'paid'"
    paid = box.store.select("invoice_payment", where, (note["invoice"],))
    if not paid:
        raise InvalidRequest("This invoice was not paid by card.", param="refund_amount")
    intent = box.store.require("payment_intent", paid[0]["payment"]["payment_intent"])
    return str(intent["latest_charge"])
