"""Invoice items: amounts that wait for an invoice, or belong to a draft."""

from typing import Any

from stripe_sandbox import events, shapes
from stripe_sandbox.billing import amounts, discounts, invoicing, lines
from stripe_sandbox.billing.redemption import Purchase
from stripe_sandbox.errors import InvalidRequest, Json
from stripe_sandbox.http.params import refuse_others
from stripe_sandbox.resources import prices
from stripe_sandbox.sandbox import Sandbox

BUILT = {
    "amount", "currency", "customer", "description", "discountable", "discounts", "expand",
    "invoice", "metadata", "period", "price", "price_data", "pricing", "quantity", "subscription",
}  # fmt: skip


def new(box: Sandbox, customer: Json, **values: Any) -> Json:
    """An item that waits; tell of it when it is complete."""
    now = box.now(customer)
    return box.new(
        "invoiceitem",
        **{
            "customer": customer["id"],
            "date": now,
            "discountable": True,
            "discounts": [],
            "metadata": {},
            "period": {"start": now, "end": now},
            "quantity": 1,
            "quantity_decimal": "1",
            "tax_rates": [],
            "test_clock": customer["test_clock"],
            **values,
        },
    )


def make(box: Sandbox, params: Json, place: str = "") -> Json:
    """From the parameters of a request."""
    refuse_others(params, BUILT, place)
    id = params.get("customer")
    if not id:
        raise InvalidRequest("Missing required param: customer.", param="customer")
    customer = box.store.require("customer", id, "customer")
    item = new(box, customer, **_price(box, params, customer, place))
    if subscription := params.get("subscription"):
        box.store.require("subscription", subscription, "subscription")
        details = {"subscription": subscription, "subscription_item": None}
        item["parent"] = {"type": "subscription_details", "subscription_details": details}
    change(box, item, params)
    if invoice_id := params.get("invoice"):
        invoice = box.store.require("invoice", invoice_id, "invoice")
        invoicing.require_draft(invoice, "add an item to")
        events.emit(box, "invoiceitem.created", item)
        with events.updating(box, "invoice.updated", invoice):
            lines.add_item(box, invoice, item)
            invoicing.total_up(box, invoice)
    else:
        events.emit(box, "invoiceitem.created", item)
    return item


def change(box: Sandbox, item: Json, params: Json) -> None:
    shapes.assign(item, params, "description", "discountable", "period")
    shapes.assign_metadata(item, params)
    if "discounts" in params:
        given = params["discounts"] or []
        purchase = Purchase(item["currency"], box.now(item), item["customer"])
        made = discounts.make_all(box, given, purchase, invoice_item=item["id"])
        item["discounts"] = [discount["id"] for discount in made]
    item["net_amount"] = None if item["discountable"] else item["amount"]


def reprice(box: Sandbox, item: Json, params: Json) -> None:
    """Follow a changed price, quantity or amount."""
    customer = box.store.require("customer", item["customer"])
    details = (item["pricing"] or {}).get("price_details") or {}
    known: Json = {"quantity": item["quantity"], "currency": item["currency"]}
    if details:
        known["pricing"] = {"price": details["price"]}
    else:
        known["amount"] = item["amount"]
    item.update(_price(box, {**known, **params}, customer, ""))


def _price(box: Sandbox, params: Json, customer: Json, place: str) -> Json:
    quantity = params.get("quantity") or 1
    values: Json = {"quantity": quantity, "quantity_decimal": str(quantity)}
    price = _found_price(box, params, place)
    if price:
        amount = amounts.of_price(price, quantity)
        values |= {
            "currency": price["currency"],
            "description": box.store.require("product", price["product"])["name"],
            "pricing": lines.pricing(price),
        }
    else:
        if "amount" not in params:
            raise InvalidRequest(
                "One of `amount`, `pricing` or `price_data` is required.", param="amount"
            )
        amount = params["amount"]
        currency = params.get("currency") or customer["currency"]
        if not currency:
            raise InvalidRequest("Missing required param: currency.", param="currency")
        values["currency"] = currency.lower()
    return {**values, "amount": amount}


def _found_price(box: Sandbox, params: Json, place: str) -> Json | None:
    if data := params.get("price_data"):
        price = prices.make(box, data)
        price["active"] = False
        return price
    id = (params.get("pricing") or {}).get("price") or params.get("price")
    if not id:
        return None
    found = box.store.require("price", id, f"{place}pricing[price]")
    if found["type"] == "recurring":
        raise InvalidRequest(
            f"The price specified is set to `type=recurring` but this field only accepts prices "
            f"with `type=one_time`: {id}",
            param=f"{place}pricing[price]",
        )
    return found
