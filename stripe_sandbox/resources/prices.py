from decimal import Decimal

from stripe_sandbox import events, shapes
from stripe_sandbox.errors import InvalidRequest, Json
from stripe_sandbox.http import listing
from stripe_sandbox.http.operations import Call, operation
from stripe_sandbox.sandbox import Sandbox

FIELDS = ("active", "lookup_key", "nickname", "tax_behavior")


@operation("post", "/v1/prices")
def create(call: Call) -> Json:
    return make(call.box, call.params)


def make(box: Sandbox, params: Json) -> Json:
    """Also for the `price_data` of other requests."""
    price = box.new(
        "price",
        active=True,
        billing_scheme=params.get("billing_scheme", "per_unit"),
        currency=params["currency"].lower(),
        product=_product(box, params),
        tax_behavior="unspecified",
        type="recurring" if params.get("recurring") else "one_time",
    )
    shapes.assign(price, params, *FIELDS)
    shapes.assign_metadata(price, params)
    _set_amount(price, params)
    if recurring := params.get("recurring"):
        defaults = {"interval_count": 1, "usage_type": "licensed"}
        price["recurring"] = shapes.fill("price:recurring", {**defaults, **recurring})
    _claim_lookup_key(box, price, params)
    events.emit(box, "price.created", price)
    return price


@operation("get", "/v1/prices/{price}")
def retrieve(call: Call) -> Json:
    return call.box.store.require("price", call.id)


@operation("post", "/v1/prices/{price}")
def update(call: Call) -> Json:
    price = call.box.store.require("price", call.id)
    with events.updating(call.box, "price.updated", price):
        shapes.assign(price, call.params, *FIELDS)
        shapes.assign_metadata(price, call.params)
    _claim_lookup_key(call.box, price, call.params)
    return price


@operation("get", "/v1/prices")
def list_all(call: Call) -> Json:
    where = listing.one_of("lookup_key", call.params.get("lookup_keys"))
    return listing.page(call, "price", "active", "currency", "product", "type", where=where)


def _product(box: Sandbox, params: Json) -> str:
    if data := params.get("product_data"):
        product = box.new("product", active=True, type="service", updated=box.now())
        shapes.assign(product, data, "name", "description", "images", "tax_code", "unit_label")
        shapes.assign_metadata(product, data)
        events.emit(box, "product.created", product)
        return str(product["id"])
    if not params.get("product"):
        raise InvalidRequest("Missing required param: product.", param="product")
    return str(box.store.require("product", params["product"], "product")["id"])


def _set_amount(price: Json, params: Json) -> None:
    amount, exact = params.get("unit_amount"), params.get("unit_amount_decimal")
    if amount is None and exact is None and not params.get("custom_unit_amount"):
        raise InvalidRequest(
            "Prices require an `unit_amount` or `unit_amount_decimal` parameter to be set.",
            param="unit_amount",
            code="parameter_missing",
        )
    if custom := params.get("custom_unit_amount"):
        price["custom_unit_amount"] = shapes.fill("price:custom_unit_amount", custom)
        return
    if amount is None and exact is not None:
        whole = Decimal(exact)
        amount = int(whole) if whole == int(whole) else None
    if amount is not None and amount < 0:
        raise InvalidRequest("Invalid non-negative integer", param="unit_amount")
    price["unit_amount"] = amount
    price["unit_amount_decimal"] = exact or str(amount)


def _claim_lookup_key(box: Sandbox, price: Json, params: Json) -> None:
    key, takes_over = params.get("lookup_key"), params.get("transfer_lookup_key")
    if not key:
        return
    for other in box.store.select("price", "AND json_extract(body, '$.lookup_key') = ?", (key,)):
        if other is price:
            continue
        if not takes_over:
            raise InvalidRequest(
                f"A price (`{other['id']}`) already uses that lookup key.", param="lookup_key"
            )
        other["lookup_key"] = None
