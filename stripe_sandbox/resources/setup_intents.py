from stripe_sandbox import events
from stripe_sandbox.errors import Json
from stripe_sandbox.http import listing
from stripe_sandbox.http.operations import Call, operation
from stripe_sandbox.payments import setups
from stripe_sandbox.resources import intents
from stripe_sandbox.sandbox import Sandbox

FIELDS = (
    "allowed_payment_method_types", "description", "excluded_payment_method_types",
    "flow_directions",
)  # fmt: skip


@operation("post", "/v1/setup_intents")
def create(call: Call) -> Json:
    intent = make(call.box, call.params)
    if call.params.get("confirm"):
        setups.confirm(call.box, intent, intents.terms(call))
    return intent


@operation("get", "/v1/setup_intents/{intent}", for_browsers=True)
def retrieve(call: Call) -> Json:
    return _find(call)


@operation("post", "/v1/setup_intents/{intent}")
def update(call: Call) -> Json:
    intent = _find(call)
    if intent["status"] not in setups.OPEN:
        raise setups.unexpected_state(intent, "update")
    if "customer" in call.params:
        call.box.store.require("customer", call.params["customer"], "customer")
        intent["customer"] = call.params["customer"]
    _change(call.box, intent, call.params)
    return intent


@operation("get", "/v1/setup_intents")
def list_all(call: Call) -> Json:
    return listing.page(call, "setup_intent", "customer", "payment_method")


@operation("post", "/v1/setup_intents/{intent}/confirm", for_browsers=True)
def confirm(call: Call) -> Json:
    intent = _find(call)
    intents.forget_challenge(intent)
    _change(call.box, intent, call.params)
    setups.confirm(call.box, intent, intents.terms(call))
    return intent


@operation("post", "/v1/setup_intents/{intent}/cancel")
def cancel(call: Call) -> Json:
    intent = _find(call)
    setups.cancel(call.box, intent, call.params.get("cancellation_reason"))
    return intent


@operation("get", "/v1/setup_attempts")
def list_attempts(call: Call) -> Json:
    return listing.page(call, "setup_attempt", "setup_intent")


def make(box: Sandbox, params: Json) -> Json:
    customer = params.get("customer") or None
    if customer:
        box.store.require("customer", customer, "customer")
    intent = box.new(
        "setup_intent",
        automatic_payment_methods={"allow_redirects": "always", "enabled": True},
        customer=customer,
        metadata={},
        payment_method_types=_method_types(params),
        status="requires_payment_method",
        usage=params.get("usage", "off_session"),
    )
    intent["client_secret"] = intents.new_secret(intent)
    if automatic := params.get("automatic_payment_methods"):
        intent["automatic_payment_methods"] |= automatic
    _change(box, intent, params)
    events.emit(box, "setup_intent.created", intent)
    return intent


def _find(call: Call) -> Json:
    return intents.find(call, "setup_intent")


def _method_types(params: Json) -> list[str]:
    """Cards, unless direct debits are allowed by name: without a currency none is offered."""
    known = ("card", "sepa_debit", "us_bank_account")
    return intents.method_types(params, offered=known, default=["card"])


def _change(box: Sandbox, intent: Json, params: Json) -> None:
    intents.change(box, intent, params, FIELDS)
