"""Line items of Checkout Sessions."""

import json

from stripe_sandbox.errors import InvalidRequest, Json, NotBuilt
from stripe_sandbox.resources import prices
from stripe_sandbox.sandbox import Sandbox


def make(box: Sandbox, params: Json, index: int, *, may_recur: bool = False) -> Json:
    for name in ("tax_rates", "adjustable_quantity"):
        if params.get(name):
            raise NotBuilt(f"The sandbox has not built {name} of line items.")
    price = _price(box, params, f"line_items[{index}]", may_recur=may_recur)
    quantity = params.get("quantity")
    if quantity is None or quantity < 1:
        raise InvalidRequest(
            f"Quantity is required. Add `quantity` to `line_items[{index}]`.",
            param=f"line_items[{index}][quantity]",
        )
    amount = price["unit_amount"] * quantity
    product = box.store.require("product", price["product"])
    return box.new(
        "item",
        amount_subtotal=amount,
        amount_total=amount,
        currency=price["currency"],
        description=product["name"],
        discounts=[],
        metadata=params.get("metadata") or {},
        # a copy: the line keeps the price of its day
        price=json.loads(json.dumps(price)),
        quantity=quantity,
        taxes=[],
    )


def _price(box: Sandbox, params: Json, place: str, *, may_recur: bool) -> Json:
    if data := params.get("price_data"):
        price = prices.make(box, data)
        # Stripe hides the prices and products that are made on the way
        price["active"] = False
        box.store.private(price["id"])["is_inline"] = True
    elif params.get("price"):
        price = box.store.require("price", params["price"], f"{place}[price]")
        if not price["active"]:
            raise InvalidRequest(
                "The price specified is inactive. This field only accepts active prices.",
                param=f"{place}[price]",
            )
    else:
        raise InvalidRequest(
            "Line items require a `price` or `price_data`.", param=place, code="parameter_missing"
        )
    if price["type"] == "recurring" and not may_recur:
        raise InvalidRequest(
            "You specified `payment` mode but passed a recurring price. Either switch to "
            "`subscription` mode or use only one-time prices.",
            param=place,
        )
    return price
