"""Checkout Sessions of mode `subscription`."""

from stripe_sandbox import shapes
from stripe_sandbox.billing import subscribing
from stripe_sandbox.errors import InvalidRequest, Json, NotBuilt
from stripe_sandbox.http.operations import Call
from stripe_sandbox.payments import checkout_prices
from stripe_sandbox.resources import checkout_lines, checkout_sessions
from stripe_sandbox.sandbox import Sandbox

BUILT = {
    "billing_mode", "description", "invoice_settings", "metadata", "proration_behavior",
    "trial_end", "trial_period_days", "trial_settings",
}  # fmt: skip


def create(call: Call) -> Json:
    box, params = call.box, call.params
    _check(params)
    lines = [
        checkout_lines.make(box, line, index, may_recur=True)
        for index, line in enumerate(checkout_sessions.given(params))
    ]
    if not any(line["price"]["type"] == "recurring" for line in lines):
        raise InvalidRequest(
            "You must provide at least one recurring price in `subscription` mode when using "
            "prices.",
            param="line_items",
        )
    currency = checkout_sessions.one_currency(lines)
    session = checkout_sessions.make(
        box,
        params,
        private={"lines": [line["id"] for line in lines], "subscription_data": _data(box, params)},
        currency=currency,
        customer_creation=None,
        payment_method_collection=params.get("payment_method_collection", "always"),
        payment_method_types=checkout_sessions.method_types(currency),
        payment_status="unpaid",
        total_details=shapes.fill("checkout.session:total_details", {}),
    )
    checkout_prices.price(box, session, params.get("discounts") or [])
    return session


def _check(params: Json) -> None:
    for name in ("payment_intent_data", "customer_creation"):
        if params.get(name):
            raise InvalidRequest(f"You can not pass `{name}` in `subscription` mode.", param=name)


def _data(box: Sandbox, params: Json) -> Json:
    data = dict(params.get("subscription_data") or {})
    if unbuilt := set(data) - BUILT:
        raise NotBuilt(
            f"The sandbox has not built {', '.join(sorted(unbuilt))} of subscription_data.",
            param="subscription_data",
        )
    subscribing.trial_end_of(data, box.now())
    return data


checkout_sessions.OTHER_MODES["subscription"] = create
