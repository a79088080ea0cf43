"""A customer's way into the portal, to its home or straight to one task."""

import time
from collections.abc import Callable

from stripe_sandbox import events, shapes
from stripe_sandbox.billing import agenda, redemption
from stripe_sandbox.errors import InvalidRequest, Json
from stripe_sandbox.http.operations import Call, operation
from stripe_sandbox.resources import portal_configurations
from stripe_sandbox.sandbox import Sandbox

LIFETIME = 3600
# The feature of the configuration that a flow needs.
FEATURE_OF = {
    "customer_update": "customer_update",
    "payment_method_update": "payment_method_update",
    "subscription_cancel": "subscription_cancel",
    "subscription_pause": "subscription_pause",
    "subscription_update": "subscription_update",
    "subscription_update_confirm": "subscription_update",
}


@operation("post", "/v1/billing_portal/sessions")
def create(call: Call) -> Json:
    """There is no way to retrieve one."""
    box, params = call.box, call.params
    if not params.get("customer"):
        raise InvalidRequest("Missing required param: customer.", param="customer")
    customer = box.store.require("customer", params["customer"], "customer")
    configuration = _configuration(box, params)
    flow = _flow(box, params, customer, configuration)
    session = box.new(
        "billing_portal.session",
        private={"expires_at": time.time() + LIFETIME},
        configuration=configuration["id"],
        customer=customer["id"],
        flow=flow,
        locale=params.get("locale"),
        return_url=params.get("return_url") or configuration["default_return_url"],
    )
    session["url"] = f"{box.settings.public_url}/p/session/{session['id']}"
    events.emit(box, "billing_portal.session.created", session)
    return session


def _configuration(box: Sandbox, params: Json) -> Json:
    if not params.get("configuration"):
        return portal_configurations.default(box)
    configuration = box.store.require(
        "billing_portal.configuration", params["configuration"], "configuration"
    )
    if not configuration["active"]:
        raise InvalidRequest("This configuration is not active.", param="configuration")
    return configuration


def _flow(box: Sandbox, params: Json, customer: Json, configuration: Json) -> Json | None:
    given = params.get("flow_data")
    if not given:
        return None
    kind = given["type"]
    if not configuration["features"][FEATURE_OF[kind]]["enabled"]:
        raise InvalidRequest(
            f"The feature {FEATURE_OF[kind]} is disabled in the portal configuration "
            f"{configuration['id']}.",
            param="flow_data[type]",
        )
    if kind.startswith("subscription"):
        _check_subscription(box, given, customer, configuration)
    flow = shapes.fill("billing_portal.session:flow", given)
    after = given.get("after_completion") or {"type": "portal_homepage"}
    flow["after_completion"] = shapes.fill("billing_portal.session:flow.after_completion", after)
    return flow


def _check_subscription(box: Sandbox, given: Json, customer: Json, configuration: Json) -> None:
    kind = given["type"]
    place = f"flow_data[{kind}]"
    if not given.get(kind):
        raise InvalidRequest(f"Missing required param: {place}.", param=place)
    id = given[kind]["subscription"]
    subscription = box.store.require("subscription", id, f"{place}[subscription]")
    if subscription["customer"] != customer["id"]:
        raise InvalidRequest(
            f"The subscription {id} does not belong to the customer {customer['id']}.",
            param=f"{place}[subscription]",
        )
    if subscription["status"] in agenda.ENDED:
        raise InvalidRequest(
            f"The subscription {id} has ended and cannot be changed.",
            param=f"{place}[subscription]",
        )
    _check_coupons(box, given[kind])
    if check := CHECKS.get(kind):
        check(given[kind], subscription, configuration)


def _check_coupons(box: Sandbox, flow: Json) -> None:
    offer = (flow.get("retention") or {}).get("coupon_offer")
    for given in [*([offer] if offer else []), *(flow.get("discounts") or [])]:
        redemption.find(box, given)


def _check_cancelable(flow: Json, subscription: Json, configuration: Json) -> None:  # noqa: ARG001
    if subscription["cancel_at"] or subscription["cancel_at_period_end"]:
        raise InvalidRequest(
            f"The subscription {subscription['id']} is already set to be canceled.",
            param="flow_data[subscription_cancel][subscription]",
        )


def _check_items(flow: Json, subscription: Json, configuration: Json) -> None:
    """The update has to name items of the subscription and prices that may be chosen."""
    place = "flow_data[subscription_update_confirm][items]"
    items = {item["id"]: item for item in subscription["items"]["data"]}
    products = configuration["features"]["subscription_update"]["products"] or []
    offered = {price for product in products for price in product["prices"]}
    for given in flow["items"]:
        item = items.get(given["id"])
        if item is None:
            raise InvalidRequest(f"No such subscription item: '{given['id']}'", param=place)
        price = given.get("price") or item["price"]["id"]
        if price not in offered:
            raise InvalidRequest(
                f"The price {price} is not among the products of the portal configuration.",
                param=place,
            )
    if not any(_changes(items[given["id"]], given) for given in flow["items"]):
        raise InvalidRequest("The subscription update changes nothing.", param=place)


def _changes(item: Json, given: Json) -> bool:
    return bool(
        given.get("price", item["price"]["id"]) != item["price"]["id"]
        or given.get("quantity", item["quantity"]) != item["quantity"]
    )


CHECKS: dict[str, Callable[[Json, Json, Json], None]] = {
    "subscription_cancel": _check_cancelable,
    "subscription_update_confirm": _check_items,
}
