"""Drafts of invoices: their lines and what these add up to."""

import json
from typing import Any

from stripe_sandbox import events, timers
from stripe_sandbox.billing import discounts, lines
from stripe_sandbox.billing.discounts import Part
from stripe_sandbox.errors import InvalidRequest, Json
from stripe_sandbox.sandbox import Sandbox

EMBEDDED = 10  # lines inside the invoice; all of them are at /v1/invoices/{invoice}/lines


def draft(box: Sandbox, customer: Json, reason: str, currency: str, **values: Any) -> Json:
    """A draft without lines. Nobody hears of it before `announce`."""
    now = box.now(customer)
    invoice = box.new(
        "invoice",
        account_country="DE",
        account_name="Sandbox",
        auto_advance=True,
        billing_reason=reason,
        currency=currency,
        custom_fields=None,
        customer=customer["id"],
        issuer={"account": None, "type": "self"},
        metadata={},
        period_end=now,
        period_start=now,
        status="draft",
        test_clock=customer["test_clock"],
        total_discount_amounts=[],
        total_pretax_credit_amounts=[],
        total_taxes=[],
    )
    invoice["lines"]["url"] = f"/v1/invoices/{invoice['id']}/lines"
    copy_customer(box, invoice, customer)
    invoice.update(values)
    return invoice


def copy_customer(box: Sandbox, invoice: Json, customer: Json) -> None:
    """An invoice shows who the customer was when it was finalized."""
    invoice.update(
        customer_address=customer["address"],
        customer_email=customer["email"],
        customer_name=customer["name"],
        customer_phone=customer["phone"],
        customer_shipping=customer["shipping"],
        customer_tax_exempt=customer["tax_exempt"],
        customer_tax_ids=_tax_ids(box, customer),
        starting_balance=customer["balance"] or 0,
    )


def announce(box: Sandbox, invoice: Json) -> None:
    """The draft is complete: add it up, tell of it, and let it finalize itself in time."""
    total_up(box, invoice)
    events.emit(box, "invoice.created", invoice)
    plan_finalization(box, invoice)


def plan_finalization(box: Sandbox, invoice: Json) -> None:
    due = invoice["automatically_finalizes_at"]
    if due is None:
        timers.stop(box, "finalize_invoice", invoice["id"])
    else:
        timers.start_for(box, "finalize_invoice", invoice, due)


def lines_of(box: Sandbox, invoice: Json) -> list[Json]:
    where = "AND json_extract(body, '$.invoice') = ? ORDER BY seq"
    return box.store.select("line_item", where, (invoice["id"],))


def pending_items(box: Sandbox, customer: str, subscription: str | None = None) -> list[Json]:
    """Invoice items that wait for an invoice: of one subscription, or of the customer alone."""
    where = "AND json_extract(body, '$.customer') = ? AND json_extract(body, '$.invoice') IS NULL"
    owner = "json_extract(body, '$.parent.subscription_details.subscription')"
    if subscription:
        where += f" AND ({owner} = ? OR {owner} IS NULL) ORDER BY seq"
        return box.store.select("invoiceitem", where, (customer, subscription))
    return box.store.select("invoiceitem", f"{where} ORDER BY seq", (customer,))


def add_pending(box: Sandbox, invoice: Json, subscription: str | None = None) -> int:
    """Take up what waits; how much that was."""
    items = [
        item
        for item in pending_items(box, invoice["customer"], subscription)
        if item["currency"] == invoice["currency"]
    ]
    for item in items:
        lines.add_item(box, invoice, item)
    return len(items)


def total_up(box: Sandbox, invoice: Json) -> None:
    """Recompute a draft from its lines."""
    found = lines_of(box, invoice)
    _take_off_discounts(box, invoice, found)
    subtotal = sum(line["amount"] for line in found)
    off = sum(member["amount"] for member in invoice["total_discount_amounts"])
    total = subtotal - off
    invoice.update(
        subtotal=subtotal,
        subtotal_excluding_tax=subtotal,
        total=total,
        total_excluding_tax=total,
        total_pretax_credit_amounts=_credits(invoice["total_discount_amounts"]),
    )
    due = max(total + invoice["starting_balance"], 0)
    invoice.update(amount_due=due, amount_remaining=due)
    embedded: list[Json] = json.loads(json.dumps(found[:EMBEDDED]))
    invoice["lines"].update(data=embedded, has_more=len(found) > EMBEDDED)


def require_draft(invoice: Json, verb: str) -> None:
    if invoice["status"] != "draft":
        raise InvalidRequest(
            f"You cannot {verb} an invoice that is {invoice['status']}.",
            code="invoice_not_editable",
        )


def subscription_of(box: Sandbox, invoice: Json) -> Json | None:
    details = (invoice["parent"] or {}).get("subscription_details") or {}
    id = details.get("subscription")
    return box.store.get(id) if id else None


def parent(subscription: Json, proration_date: int | None = None) -> Json:
    """The `parent` of an invoice that a subscription made."""
    details = {
        "metadata": dict(subscription["metadata"]),
        "subscription": subscription["id"],
        "subscription_proration_date": proration_date,
    }
    details = {key: value for key, value in details.items() if value is not None}
    return {
        "type": "subscription_details",
        "quote_details": None,
        "subscription_details": details,
    }


def _take_off_discounts(box: Sandbox, invoice: Json, found: list[Json]) -> None:
    at = box.now(invoice)
    parts = [_part(line) for line in found]
    amounts = [
        discounts.apply(box, line["discounts"], [part], at)[0]
        for line, part in zip(found, parts, strict=True)
    ]
    left = [
        Part(part.amount - sum(member["amount"] for member in members), part.product)
        for part, members in zip(parts, amounts, strict=True)
    ]
    whole = discounts.apply(box, invoice["discounts"], left, at)
    for line, own, shared in zip(found, amounts, whole, strict=True):
        line["discount_amounts"] = own + shared
        line["pretax_credit_amounts"] = _credits(line["discount_amounts"])
    invoice["total_discount_amounts"] = discounts.totals(
        [line["discount_amounts"] for line in found]
    )


def _part(line: Json) -> Part:
    details = (line["pricing"] or {}).get("price_details") or {}
    return Part(line["amount"] if line["discountable"] else 0, details.get("product"))


def _credits(amounts: list[Json]) -> list[Json]:
    return [{**member, "type": "discount"} for member in amounts]


def _tax_ids(box: Sandbox, customer: Json) -> list[Json]:
    where = "AND json_extract(body, '$.customer') = ?"
    found = box.store.select("tax_id", where, (customer["id"],))
    return [{"type": tax_id["type"], "value": tax_id["value"]} for tax_id in found[::-1]]
