"""The items of a subscription, which live inside it."""

import json
from typing import Any

from stripe_sandbox import shapes
from stripe_sandbox.billing import amounts, discounts
from stripe_sandbox.billing.redemption import Purchase
from stripe_sandbox.errors import InvalidRequest, Json, no_such
from stripe_sandbox.http.params import refuse_others
from stripe_sandbox.resources import prices
from stripe_sandbox.sandbox import Sandbox

BUILT = {"deleted", "discounts", "id", "metadata", "plan", "price", "price_data", "quantity"}


def of(subscription: Json) -> list[Json]:
    found: list[Json] = subscription["items"]["data"]
    return found


def find(subscription: Json, id: str, param: str = "items") -> Json:
    for item in of(subscription):
        if item["id"] == id:
            return item
    raise no_such("subscription_item", id, param)


def owner_of(box: Sandbox, id: str) -> Json:
    """The subscription that has this item."""
    where = (
        "AND EXISTS (SELECT 1 FROM json_each(body, '$.items.data') "
        "WHERE json_extract(value, '$.id') = ?)"
    )
    found = box.store.select("subscription", where, (id,))
    if not found:
        raise no_such("subscription_item", id, "item")
    return found[0]


def add(box: Sandbox, subscription: Json, params: Json, place: str = "items") -> Json:
    """Its period is set by whoever knows it."""
    item = shapes.blank(
        "subscription_item",
        id=shapes.new_id("subscription_item"),
        created=box.now(subscription),
        subscription=subscription["id"],
        tax_rates=[],
    )
    set_price(item, find_price(box, params, place))
    if subscription["currency"] not in ("", item["price"]["currency"]):
        raise InvalidRequest(
            "The price specified only supports another currency than the subscription's.",
            param=place,
        )
    item["quantity"] = 1
    change(box, subscription, item, params)
    of(subscription).append(item)
    return item


def change(box: Sandbox, subscription: Json, item: Json, params: Json) -> None:
    """All but the price."""
    refuse_others(params, BUILT, "items")
    quantity = params.get("quantity")
    if quantity is not None:
        if quantity < 0:
            raise InvalidRequest("Invalid non-negative integer", param="quantity")
        item["quantity"] = quantity
    amounts.of_price(item["price"], item["quantity"])
    shapes.assign_metadata(item, params)
    if "discounts" in params:
        given = params["discounts"] or []
        at, customer = box.now(subscription), subscription["customer"]
        purchase = Purchase(item["price"]["currency"], at, customer)
        made = discounts.make_all(box, given, purchase, subscription_item=item["id"])
        item["discounts"] = [discount["id"] for discount in made]


def set_price(item: Json, price: Json) -> None:
    """The item keeps a copy: the price of its day."""
    item["price"] = _copy(price)
    recurring = price["recurring"]
    item["plan"] = shapes.blank(
        "plan",
        id=price["id"],
        active=price["active"],
        amount=price["unit_amount"],
        amount_decimal=price["unit_amount_decimal"],
        created=price["created"],
        currency=price["currency"],
        interval=recurring["interval"],
        interval_count=recurring["interval_count"],
        metadata=dict(price["metadata"]),
        nickname=price["nickname"],
        product=price["product"],
    )


def find_price(box: Sandbox, params: Json, place: str) -> Json:
    """The recurring price that parameters name or describe."""
    if data := params.get("price_data"):
        made = prices.make(box, data)
        made["active"] = False
        return made
    id = params.get("price") or params.get("plan")
    if not id:
        raise InvalidRequest(f"Missing required param: {place}[price].", param=f"{place}[price]")
    price = box.store.require("price", id, f"{place}[price]")
    if price["type"] != "recurring":
        raise InvalidRequest(
            "The price specified is set to `type=one_time` but this field only accepts prices "
            "with `type=recurring`.",
            param=f"{place}[price]",
        )
    if not price["active"] and not box.store.private(id).get("is_inline"):
        raise InvalidRequest(
            "The price specified is inactive. This field only accepts active prices.",
            param=f"{place}[price]",
        )
    return price


def interval_of(item: Json) -> tuple[str, int]:
    recurring = item["price"]["recurring"]
    return recurring["interval"], recurring["interval_count"]


def period_end(subscription: Json) -> int:
    """When the last of the current periods ends."""
    return max(int(item["current_period_end"]) for item in of(subscription))


def _copy(value: Any) -> Any:
    return json.loads(json.dumps(value))
