"""Checkout Sessions of mode `setup`."""

from stripe_sandbox.errors import InvalidRequest, Json
from stripe_sandbox.http.operations import Call
from stripe_sandbox.resources import checkout_sessions, setup_intents


def create(call: Call) -> Json:
    box, params = call.box, call.params
    for name in ("line_items", "payment_intent_data", "subscription_data"):
        if params.get(name):
            raise InvalidRequest(f"You can not pass `{name}` in `setup` mode.", param=name)
    if not params.get("currency"):
        raise InvalidRequest(
            "The `currency` parameter is required in `setup` mode with dynamic payment methods.",
            param="currency",
        )
    session = checkout_sessions.make(
        box,
        params,
        private={"lines": []},
        currency=params["currency"].lower(),
        customer_creation=None,
        payment_method_collection="always",
        payment_method_types=["card"],
        payment_status="no_payment_required",
    )
    data = params.get("setup_intent_data") or {}
    intent = setup_intents.make(box, {**data, "customer": params.get("customer")})
    box.store.private(intent["id"])["checkout_session"] = session["id"]
    session["setup_intent"] = intent["id"]
    return session


checkout_sessions.OTHER_MODES["setup"] = create
