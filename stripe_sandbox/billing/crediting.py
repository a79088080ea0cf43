"""Credit notes: what a finalized invoice is worth less than it says."""

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from stripe_sandbox import shapes
from stripe_sandbox.errors import InvalidRequest, Json
from stripe_sandbox.sandbox import Sandbox

TYPES = {"open": "pre_payment", "uncollectible": "pre_payment", "paid": "post_payment"}


def draft(box: Sandbox, params: Json) -> Json:
    """The credit note that the parameters ask for, not kept yet. Raises InvalidRequest."""
    invoice = box.store.require("invoice", params["invoice"], "invoice")
    if invoice["status"] not in TYPES:
        raise InvalidRequest(
            f"Credit notes can only be created for finalized invoices. This invoice is "
            f"{invoice['status']}.",
            param="invoice",
        )
    lines = _lines(box, invoice, params)
    subtotal = sum(line["amount"] for line in lines)
    off = sum(line["discount_amount"] for line in lines)
    kind = TYPES[invoice["status"]]
    note = shapes.blank(
        "credit_note",
        id=shapes.new_id("credit_note"),
        amount=subtotal - off,
        created=box.now(invoice),
        currency=invoice["currency"],
        customer=invoice["customer"],
        discount_amount=off,
        discount_amounts=_summed([line["discount_amounts"] for line in lines]),
        invoice=invoice["id"],
        metadata={},
        number=f"{invoice['number']}-CN-{len(notes_of(box, invoice)) + 1:02d}",
        status="issued",
        subtotal=subtotal,
        subtotal_excluding_tax=subtotal,
        total=subtotal - off,
        total_excluding_tax=subtotal - off,
        total_taxes=[],
        type=kind,
    )
    note[f"{kind}_amount"] = note["amount"]
    note["pdf"] = f"{box.settings.public_url}/cn/{note['id']}/pdf"
    note["lines"].update(data=lines, url=f"/v1/credit_notes/{note['id']}/lines")
    shapes.assign(note, params, "effective_at", "memo", "reason")
    shapes.assign_metadata(note, params)
    _check_limit(box, invoice, note)
    return note


def notes_of(box: Sandbox, invoice: Json) -> list[Json]:
    where = "AND json_extract(body, '$.invoice') = ?"
    return box.store.select("credit_note", where, (invoice["id"],))


def _check_limit(box: Sandbox, invoice: Json, note: Json) -> None:
    if note["amount"] < 1:
        raise InvalidRequest("The credit note's amount must be positive.", param="amount")
    if note["type"] == "pre_payment":
        most = invoice["amount_remaining"]
    else:
        issued = [old for old in notes_of(box, invoice) if old["status"] == "issued"]
        after = [old["amount"] for old in issued if old["type"] == "post_payment"]
        most = invoice["amount_paid"] - sum(after)
    if note["amount"] > most:
        raise InvalidRequest(
            f"The credit note's amount ({note['amount']}) is more than what is left of the "
            f"invoice ({most}).",
            param="amount",
        )


def _lines(box: Sandbox, invoice: Json, params: Json) -> list[Json]:
    if given := params.get("lines"):
        return [
            _credited_line(box, invoice, line)
            if line["type"] == "invoice_line_item"
            else _custom_line(line)
            for line in given
        ]
    if params.get("amount") is None:
        raise InvalidRequest(
            "You must provide one of `amount`, `lines` or `shipping_cost`.", param="amount"
        )
    return [_custom_line({"description": "Credit", "unit_amount": params["amount"]})]


def _custom_line(given: Json) -> Json:
    unit = given.get("unit_amount")
    exact = Decimal(given.get("unit_amount_decimal") or unit or 0)
    quantity = given.get("quantity") or 1
    return _line(
        amount=int((exact * quantity).quantize(Decimal(1), ROUND_HALF_UP)),
        description=given.get("description"),
        quantity=quantity,
        type="custom_line_item",
        unit_amount=unit,
        unit_amount_decimal=str(exact),
    )


def _credited_line(box: Sandbox, invoice: Json, given: Json) -> Json:
    """A part of a line of the invoice, with the same part of what was taken off it."""
    line = box.store.require("line_item", given.get("invoice_line_item") or "", "lines")
    if line["invoice"] != invoice["id"]:
        raise InvalidRequest("The line is not one of this invoice.", param="lines")
    quantity, amount = given.get("quantity"), given.get("amount")
    if amount is None:
        quantity = line["quantity"] if quantity is None else quantity
        amount = line["amount"] * quantity // (line["quantity"] or 1)
    if amount > line["amount"]:
        raise InvalidRequest("The amount is more than that of the line.", param="lines")
    taken_off = [
        {**member, "amount": member["amount"] * amount // line["amount"]}
        for member in line["discount_amounts"]
    ]
    return _line(
        amount=amount,
        description=given.get("description") or line["description"],
        discount_amount=sum(member["amount"] for member in taken_off),
        discount_amounts=taken_off,
        invoice_line_item=line["id"],
        quantity=quantity,
        type="invoice_line_item",
    )


def _line(**values: Any) -> Json:
    id = shapes.new_id("credit_note_line_item")
    return shapes.blank("credit_note_line_item", id=id, metadata={}, taxes=[], **values)


def _summed(amounts: list[list[Json]]) -> list[Json]:
    sums: dict[str, int] = {}
    for member in [member for line in amounts for member in line]:
        sums[member["discount"]] = sums.get(member["discount"], 0) + member["amount"]
    return [{"amount": amount, "discount": id} for id, amount in sums.items()]
