from stripe_sandbox import events, shapes
from stripe_sandbox.errors import Json, NotFound
from stripe_sandbox.http import listing
from stripe_sandbox.http.operations import Call, operation
from stripe_sandbox.payments import setups
from stripe_sandbox.payments.challenges import Terms
from stripe_sandbox.resources import confirmation_tokens, payment_methods
from stripe_sandbox.sandbox import Sandbox

FIELDS = (
    "allowed_payment_method_types", "description", "excluded_payment_method_types",
    "flow_directions",
)  # fmt: skip


@operation("post", "/v1/setup_intents")
def create(call: Call) -> Json:
    intent = make(call.box, call.params)
    if call.params.get("confirm"):
        setups.confirm(call.box, intent, _terms(call))
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
    if intent["status"] == "requires_action":
        intent.update(status="requires_confirmation", next_action=None)
    _change(call.box, intent, call.params)
    setups.confirm(call.box, intent, _terms(call))
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
    intent["client_secret"] = f"{intent['id']}_secret_{shapes.random_text(25)}"
    if automatic := params.get("automatic_payment_methods"):
        intent["automatic_payment_methods"] |= automatic
    _change(box, intent, params)
    events.emit(box, "setup_intent.created", intent)
    return intent


def _find(call: Call) -> Json:
    """A browser has to know the client secret as well."""
    intent = call.box.store.require("setup_intent", call.id, "intent")
    if call.is_browser and call.client_secret != intent["client_secret"]:
        raise NotFound(f"No such setupintent: '{call.id}'", code="resource_missing", param="intent")
    return intent


def _method_types(params: Json) -> list[str]:
    """Cards, unless direct debits are allowed by name: without a currency none is offered."""
    allowed = params.get("allowed_payment_method_types") or ["card"]
    excluded = params.get("excluded_payment_method_types") or []
    known = ("card", "sepa_debit", "us_bank_account")
    return [kind for kind in known if kind in allowed and kind not in excluded] or ["card"]


def _change(box: Sandbox, intent: Json, params: Json) -> None:
    shapes.assign(intent, params, *FIELDS)
    shapes.assign_metadata(intent, params)
    if method := _method(box, intent, params):
        intent["payment_method"] = method["id"]
        if intent["status"] == "requires_payment_method":
            intent["status"] = "requires_confirmation"


def _method(box: Sandbox, intent: Json, params: Json) -> Json | None:
    if token := params.get("confirmation_token"):
        return confirmation_tokens.redeem(box, token, intent)
    if data := params.get("payment_method_data"):
        return payment_methods.make(box, data)
    if id := params.get("payment_method"):
        return payment_methods.use(box, id)
    return None


def _terms(call: Call) -> Terms:
    token = call.params.get("confirmation_token")
    from_token = call.box.store.require("confirmation_token", token) if token else {}
    return Terms(
        return_url=call.params.get("return_url") or from_token.get("return_url"),
        uses_stripe_js=bool(call.params.get("use_stripe_sdk")) or call.is_browser,
    )
