"""What customers may do in the portal."""

from typing import Any

from stripe_sandbox import events, shapes
from stripe_sandbox.errors import InvalidRequest, Json, NotBuilt
from stripe_sandbox.http import listing
from stripe_sandbox.http.operations import Call, operation
from stripe_sandbox.sandbox import Sandbox

FIELDS = ("business_profile", "default_return_url", "name")
FEEDBACK = ["too_expensive", "missing_features", "switched_service", "unused", "other"]
NOTHING_ALLOWED: Json = {
    "subscription_cancel": {"proration_behavior": "none"},
    "subscription_update": {"proration_behavior": "none", "trial_update_behavior": "end_trial"},
}
# What the sandbox lets customers do when a session names no configuration.
DEFAULT_FEATURES: Json = {
    "customer_update": {"enabled": True, "allowed_updates": ["address", "email", "name"]},
    "invoice_history": {"enabled": True},
    "payment_method_update": {"enabled": True},
    "subscription_cancel": {
        "enabled": True,
        "cancellation_reason": {"enabled": True, "options": FEEDBACK},
    },
}


@operation("post", "/v1/billing_portal/configurations")
def create(call: Call) -> Json:
    features = call.params["features"]
    if not features:
        raise InvalidRequest("Enable at least one feature.", param="features")
    return make(call.box, call.params)


def make(box: Sandbox, params: Json, *, is_default: bool = False) -> Json:
    configuration = box.new(
        "billing_portal.configuration",
        active=True,
        is_default=is_default,
        metadata={},
        updated=box.now(),
    )
    _merge(configuration["features"], NOTHING_ALLOWED)
    _change(box, configuration, params)
    events.emit(box, "billing_portal.configuration.created", configuration)
    return configuration


@operation("get", "/v1/billing_portal/configurations/{configuration}")
def retrieve(call: Call) -> Json:
    return call.box.store.require("billing_portal.configuration", call.id, "configuration")


@operation("post", "/v1/billing_portal/configurations/{configuration}")
def update(call: Call) -> Json:
    configuration = retrieve(call)
    with events.updating(call.box, "billing_portal.configuration.updated", configuration):
        if "active" in call.params:
            if configuration["is_default"] and not call.params["active"]:
                raise InvalidRequest(
                    "You cannot deactivate the default configuration.", param="active"
                )
            configuration["active"] = call.params["active"]
        _change(call.box, configuration, call.params)
        configuration["updated"] = call.box.now()
    return configuration


@operation("get", "/v1/billing_portal/configurations")
def list_all(call: Call) -> Json:
    return listing.page(call, "billing_portal.configuration", "active", "is_default")


def default(box: Sandbox) -> Json:
    """The one that an account gets by saving the settings of its dashboard."""
    where = "AND json_extract(body, '$.is_default')"
    found = box.store.select("billing_portal.configuration", where)
    return found[0] if found else make(box, {"features": DEFAULT_FEATURES}, is_default=True)


def _change(box: Sandbox, configuration: Json, params: Json) -> None:
    shapes.assign(configuration, params, *FIELDS)
    shapes.assign_metadata(configuration, params)
    if login := params.get("login_page"):
        _set_login_page(box, configuration, is_enabled=login["enabled"])
    features = params.get("features") or {}
    _merge(configuration["features"], features)
    _refuse_unbuilt(configuration["features"])
    _check_products(box, configuration["features"]["subscription_update"])


def _set_login_page(box: Sandbox, configuration: Json, *, is_enabled: bool) -> None:
    url = f"{box.settings.public_url}/p/login/{configuration['id']}"
    configuration["login_page"] = {"enabled": is_enabled, "url": url if is_enabled else None}


def _merge(current: Json, given: Json) -> None:
    """Lay what is given over what is there; "" empties."""
    for name, value in given.items():
        if isinstance(value, dict):
            _merge(current[name], value)
        else:
            current[name] = _emptied(current[name]) if value == "" else value


def _emptied(value: Any) -> Any:
    return [] if isinstance(value, list) else None


def _refuse_unbuilt(features: Json) -> None:
    if features["subscription_pause"]["duration"]["type"] != "indefinite":
        raise NotBuilt("The sandbox's portal pauses until it is told to resume.", param="features")


def _check_products(box: Sandbox, feature: Json) -> None:
    place = "features[subscription_update]"
    if feature["enabled"] and not feature["default_allowed_updates"]:
        raise InvalidRequest(
            "Missing required param: default_allowed_updates.",
            param=f"{place}[default_allowed_updates]",
        )
    if feature["enabled"] and not feature["products"]:
        raise InvalidRequest("Missing required param: products.", param=f"{place}[products]")
    for product in feature["products"] or []:
        _check_product(box, product, f"{place}[products]")
        quantity = product.get("adjustable_quantity") or {"enabled": False}
        product["adjustable_quantity"] = {"maximum": None, "minimum": 1, **quantity}


def _check_product(box: Sandbox, product: Json, place: str) -> None:
    box.store.require("product", product["product"], place)
    rhythms = set()
    for id in product["prices"]:
        price = box.store.require("price", id, place)
        if price["product"] != product["product"] or not price["recurring"]:
            raise InvalidRequest(
                f"The price {id} is not a recurring price of {product['product']}.", param=place
            )
        recurring = price["recurring"]
        rhythms.add((price["currency"], recurring["interval"], recurring["interval_count"]))
    if len(rhythms) < len(product["prices"]):
        raise InvalidRequest(
            "For each product, its price must have unique billing intervals.", param=place
        )
