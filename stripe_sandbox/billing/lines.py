"""Lines of invoices: a period of a subscription item, or an invoice item."""

import json
from typing import Any

from stripe_sandbox.billing import amounts
from stripe_sandbox.errors import Json
from stripe_sandbox.sandbox import Sandbox


def add_period(box: Sandbox, invoice: Json, subscription: Json, item: Json) -> Json:
    """Bill the current period of a subscription item, which is free during a trial."""
    price, quantity = item["price"], item["quantity"]
    is_trial = subscription["status"] == "trialing"
    product = box.store.require("product", price["product"])["name"]
    what = f"Trial period for {product}" if is_trial else f"{quantity} \u00d7 {product}"
    return _add(
        box,
        invoice,
        amount=0 if is_trial else amounts.of_price(price, quantity),
        description=what,
        discountable=True,
        discounts=list(item["discounts"]),
        metadata=dict(subscription["metadata"]),
        parent={
            "type": "subscription_item_details",
            "invoice_item_details": None,
            "subscription_item_details": item_details(subscription["id"], item["id"]),
        },
        period={"start": item["current_period_start"], "end": item["current_period_end"]},
        pricing=pricing(price),
        quantity=quantity,
        quantity_decimal=str(quantity),
        subscription=subscription["id"],
    )


def add_item(box: Sandbox, invoice: Json, item: Json) -> Json:
    """Bill an invoice item, which belongs to this invoice from now on."""
    item["invoice"] = invoice["id"]
    return _add(box, invoice, **_of_item(item))


def change_item(box: Sandbox, item: Json) -> None:
    """Let the line of an invoice item follow a change of it."""
    line = line_of(box, item)
    if line:
        line.update(_of_item(item), subtotal=item["amount"])


def line_of(box: Sandbox, item: Json) -> Json | None:
    """The line of a draft that bills this invoice item."""
    where = (
        "AND json_extract(body, '$.invoice') = ? AND ? IN ("
        "json_extract(body, '$.parent.invoice_item_details.invoice_item'), "
        "json_extract(body, '$.parent.subscription_item_details.invoice_item'))"
    )
    found = box.store.select("line_item", where, (item["invoice"] or "", item["id"]))
    return found[0] if found else None


def item_details(
    subscription: str, item: str, invoice_item: str | None = None, credited: Json | None = None
) -> Json:
    return {
        "invoice_item": invoice_item,
        "proration": invoice_item is not None,
        "proration_details": {"credited_items": credited},
        "subscription": subscription,
        "subscription_item": item,
    }


def pricing(price: Json) -> Json:
    return {
        "type": "price_details",
        "price_details": {"price": price["id"], "product": price["product"]},
        "unit_amount_decimal": price["unit_amount_decimal"],
    }


def _parent(item: Json, owner: Json) -> Json:
    credited = (item["proration_details"] or {}).get("credited_items")
    if owner.get("subscription_item"):
        details = item_details(
            owner["subscription"],
            owner["subscription_item"],
            item["id"],
            _line_details(credited),
        )
        return {
            "type": "subscription_item_details",
            "invoice_item_details": None,
            "subscription_item_details": details,
        }
    return {
        "type": "invoice_item_details",
        "invoice_item_details": {
            "invoice_item": item["id"],
            "proration": item["proration"],
            "proration_details": {"credited_items": None},
            "subscription": owner.get("subscription"),
        },
        "subscription_item_details": None,
    }


def _of_item(item: Json) -> dict[str, Any]:
    owner = (item["parent"] or {}).get("subscription_details") or {}
    return {
        "amount": item["amount"],
        "description": item["description"],
        "discountable": item["discountable"],
        "discounts": list(item["discounts"] or []),
        "metadata": dict(item["metadata"] or {}),
        "parent": _parent(item, owner),
        "period": dict(item["period"]),
        "pricing": _copy(item["pricing"]),
        "quantity": item["quantity"],
        "quantity_decimal": item["quantity_decimal"],
        "subscription": owner.get("subscription"),
    }


def _line_details(credited: Json | None) -> Json | None:
    """Lines name credited lines a little differently than invoice items do."""
    details: Json | None = credited["invoice_line_item_details"] if credited else None
    return details


def _add(box: Sandbox, invoice: Json, *, amount: int, **values: Any) -> Json:
    return box.new(
        "line_item",
        amount=amount,
        currency=invoice["currency"],
        discount_amounts=[],
        invoice=invoice["id"],
        pretax_credit_amounts=[],
        subtotal=amount,
        taxes=[],
        **values,
    )


def _copy(value: Any) -> Any:
    return json.loads(json.dumps(value))
