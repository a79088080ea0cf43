from stripe_sandbox import events, shapes
from stripe_sandbox.errors import InvalidRequest, Json
from stripe_sandbox.http import listing
from stripe_sandbox.http.operations import Call, operation
from stripe_sandbox.resources import prices

FIELDS = (
    "active", "description", "images", "marketing_features", "name", "package_dimensions",
    "shippable", "statement_descriptor", "tax_code", "unit_label", "url",
)  # fmt: skip


@operation("post", "/v1/products")
def create(call: Call) -> Json:
    box, params = call.box, call.params
    given_id = {"id": params["id"]} if params.get("id") else {}
    if given_id and box.store.get(params["id"]):
        raise InvalidRequest("Product already exists.", code="resource_already_exists", param="id")
    product = box.new("product", active=True, type="service", updated=box.now(), **given_id)
    _change(product, params)
    if default := params.get("default_price_data"):
        price = prices.make(box, {**default, "product": product["id"]})
        product["default_price"] = price["id"]
    events.emit(box, "product.created", product)
    return product


@operation("get", "/v1/products/{id}")
def retrieve(call: Call) -> Json:
    return call.box.store.require("product", call.id)


@operation("post", "/v1/products/{id}")
def update(call: Call) -> Json:
    product = call.box.store.require("product", call.id)
    if default := call.params.get("default_price"):
        call.box.store.require("price", default, "default_price")
    with events.updating(call.box, "product.updated", product):
        shapes.assign(product, call.params, "default_price")
        _change(product, call.params)
        product["updated"] = call.box.now()
    return product


@operation("delete", "/v1/products/{id}")
def delete(call: Call) -> Json:
    product = call.box.store.require("product", call.id)
    if call.box.store.select("price", "AND json_extract(body, '$.product') = ?", (call.id,)):
        raise InvalidRequest(
            "This product cannot be deleted because it has one or more user-created prices."
        )
    events.emit(call.box, "product.deleted", product)
    return call.box.store.remove(call.id)


@operation("get", "/v1/products")
def list_all(call: Call) -> Json:
    where = listing.one_of("id", call.params.get("ids"))
    return listing.page(call, "product", "active", "shippable", "url", where=where)


def _change(product: Json, params: Json) -> None:
    shapes.assign(product, params, *FIELDS)
    shapes.assign_metadata(product, params)
