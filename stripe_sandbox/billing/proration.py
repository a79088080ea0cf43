"""Credit for time that was paid and not used, and the price of the rest of a period.

A credit is a share of what was really billed for the time, net of discounts, as in Stripe's
flexible billing mode; so what was never billed is never credited.
"""

from datetime import UTC, datetime

from stripe_sandbox import events
from stripe_sandbox.billing import amounts, discounts, invoicing, items, lines, periods
from stripe_sandbox.billing.discounts import Part
from stripe_sandbox.errors import Json
from stripe_sandbox.sandbox import Sandbox


def credit(box: Sandbox, subscription: Json, item: Json, at: int) -> Json | None:
    """Give back what is left of the item's period; None when nothing is."""
    billed = _billed(box, subscription).pop(item["id"], None)
    if not billed or at >= billed["end"]:
        return None
    rest, whole = billed["end"] - at, billed["end"] - billed["start"]
    amount = -amounts.share(billed["amount"], min(rest, whole), whole)
    if amount == 0:
        return None
    return _make(box, subscription, item, amount, (at, billed["end"]), _credited(billed))


def debit(box: Sandbox, subscription: Json, item: Json, at: int) -> Json | None:
    """Ask for the rest of the item's current period."""
    end = item["current_period_end"]
    start, whole_end = periods.period_at(
        subscription["billing_cycle_anchor"], item["price"]["recurring"], at
    )
    full = amounts.of_price(item["price"], item["quantity"])
    amount = amounts.share(full, end - at, whole_end - start)
    amount -= _off(box, subscription, item, amount, at)
    if amount == 0:
        return None
    made = _make(box, subscription, item, amount, (at, end), None)
    _billed(box, subscription)[item["id"]] = {
        "amount": amount,
        "start": at,
        "end": end,
        "invoice_item": made["id"],
    }
    return made


def remember(box: Sandbox, subscription: Json, invoice: Json) -> None:
    """Note what an invoice bills for each item's period."""
    billed = _billed(box, subscription)
    for line in invoicing.lines_of(box, invoice):
        details = (line["parent"] or {}).get("subscription_item_details")
        if details and not details["proration"]:
            off = sum(member["amount"] for member in line["discount_amounts"])
            billed[details["subscription_item"]] = {
                "amount": line["amount"] - off,
                **line["period"],
                "invoice": invoice["id"],
                "line": line["id"],
            }


def _billed(box: Sandbox, subscription: Json) -> Json:
    """By item: {amount, start, end} of what was last billed, and where."""
    billed: Json = box.store.private(subscription["id"]).setdefault("billed", {})
    return billed


def _off(box: Sandbox, subscription: Json, item: Json, amount: int, at: int) -> int:
    ids = [*item["discounts"], *subscription["discounts"]]
    part = Part(amount, item["price"]["product"])
    return sum(member["amount"] for member in discounts.apply(box, ids, [part], at)[0])


def _make(  # noqa: PLR0913, PLR0917 - one call makes one item of six facts
    box: Sandbox,
    subscription: Json,
    item: Json,
    amount: int,
    period: tuple[int, int],
    credited: Json | None,
) -> Json:
    customer = box.store.require("customer", subscription["customer"])
    product = box.store.require("product", item["price"]["product"])["name"]
    day = datetime.fromtimestamp(period[0], UTC).strftime("%d %b %Y")
    use = "Unused" if amount < 0 else "Remaining"
    made = items.new(
        box,
        customer,
        amount=amount,
        currency=item["price"]["currency"],
        description=f"{use} time on {item['quantity']} \u00d7 {product} after {day}",
        discountable=False,
        net_amount=amount,
        parent={
            "type": "subscription_details",
            "subscription_details": {
                "subscription": subscription["id"],
                "subscription_item": item["id"],
            },
        },
        period={"start": period[0], "end": period[1]},
        pricing=lines.pricing(item["price"]),
        proration=True,
        proration_details={"credited_items": credited, "discount_amounts": []},
        quantity=item["quantity"],
        quantity_decimal=str(item["quantity"]),
    )
    events.emit(box, "invoiceitem.created", made)
    return made


def _credited(billed: Json) -> Json:
    if "line" in billed:
        details = {"invoice": billed["invoice"], "invoice_line_items": [billed["line"]]}
        return {
            "type": "invoice_line_items",
            "invoice_item": None,
            "invoice_line_item_details": details,
        }
    return {
        "type": "invoice_item",
        "invoice_item": billed["invoice_item"],
        "invoice_line_item_details": None,
    }
