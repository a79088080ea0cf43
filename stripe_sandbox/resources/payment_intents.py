from stripe_sandbox import events, shapes
from stripe_sandbox.errors import InvalidRequest, Json
from stripe_sandbox.http import listing
from stripe_sandbox.http.operations import Call, operation
from stripe_sandbox.payments import confirmation
from stripe_sandbox.payments.cards import BANK_TYPE_OF
from stripe_sandbox.payments.confirmation import unexpected_state
from stripe_sandbox.resources import intents
from stripe_sandbox.sandbox import Sandbox

FIELDS = (
    "allowed_payment_method_types", "amount_details", "application_fee_amount",
    "excluded_payment_method_types", "description", "receipt_email", "setup_future_usage",
    "shipping", "statement_descriptor", "statement_descriptor_suffix", "transfer_group",
)  # fmt: skip
MINIMUM_AMOUNT = {"eur": 50, "usd": 50, "gbp": 30, "jpy": 50}
MAXIMUM_AMOUNT = 99_999_999
OPEN = {"requires_payment_method", "requires_confirmation", "requires_action"}
CANCELABLE = OPEN | {"requires_capture"}


@operation("post", "/v1/payment_intents")
def create(call: Call) -> Json:
    intent = make(call.box, call.params)
    if call.params.get("confirm"):
        confirmation.confirm(call.box, intent, intents.terms(call))
    return intent


@operation("get", "/v1/payment_intents/{intent}", for_browsers=True)
def retrieve(call: Call) -> Json:
    return _find(call)


@operation("post", "/v1/payment_intents/{intent}")
def update(call: Call) -> Json:
    intent = _find(call)
    if intent["status"] not in OPEN:
        raise unexpected_state(intent, "update")
    params = call.params
    if "customer" in params:
        call.box.store.require("customer", params["customer"], "customer")
        intent["customer"] = params["customer"]
    if "amount" in params or "currency" in params:
        amount = params["amount"] if "amount" in params else intent["amount"]
        currency = str(params.get("currency", intent["currency"])).lower()
        check_amount(amount, currency)
        intent.update(amount=amount, currency=currency)
    _change(call.box, intent, params)
    return intent


@operation("get", "/v1/payment_intents")
def list_all(call: Call) -> Json:
    return listing.page(call, "payment_intent", "customer")


@operation("post", "/v1/payment_intents/{intent}/confirm", for_browsers=True)
def confirm(call: Call) -> Json:
    intent = _find(call)
    intents.forget_challenge(intent)
    _change(call.box, intent, call.params)
    confirmation.confirm(call.box, intent, intents.terms(call))
    return intent


@operation("post", "/v1/payment_intents/{intent}/capture")
def capture(call: Call) -> Json:
    intent = _find(call)
    shapes.assign_metadata(intent, call.params)
    confirmation.capture(call.box, intent, call.params.get("amount_to_capture"))
    return intent


@operation("post", "/v1/payment_intents/{intent}/cancel")
def cancel_by_request(call: Call) -> Json:
    intent = _find(call)
    if call.box.store.private(call.id).get("checkout_session"):
        raise InvalidRequest(
            "You cannot cancel this PaymentIntent because it was created by a Checkout Session. "
            "Expire the session instead.",
            code="payment_intent_unexpected_state",
        )
    if call.box.store.private(call.id).get("invoice"):
        raise InvalidRequest(
            "You cannot cancel this PaymentIntent because it belongs to an invoice. Void the "
            "invoice instead.",
            code="payment_intent_unexpected_state",
        )
    cancel(call.box, intent, call.params.get("cancellation_reason"))
    return intent


def make(box: Sandbox, params: Json) -> Json:
    currency = params["currency"].lower()
    check_amount(params["amount"], currency)
    if customer := params.get("customer"):
        box.store.require("customer", customer, "customer")
    intent = box.new(
        "payment_intent",
        amount=params["amount"],
        amount_details={"tip": {}},
        automatic_payment_methods={"allow_redirects": "always", "enabled": True},
        capture_method=params.get("capture_method", "automatic_async"),
        confirmation_method=params.get("confirmation_method", "automatic"),
        currency=currency,
        customer=customer,
        status="requires_payment_method",
    )
    intent["client_secret"] = intents.new_secret(intent)
    intent["payment_method_types"] = _method_types(currency, params)
    if automatic := params.get("automatic_payment_methods"):
        intent["automatic_payment_methods"] |= automatic
    _change(box, intent, params)
    events.emit(box, "payment_intent.created", intent)
    return intent


def check_amount(amount: int, currency: str) -> None:
    if len(currency) != 3 or not currency.isalpha():
        raise InvalidRequest(f"Invalid currency: {currency}.", param="currency")
    if amount < 1:
        raise InvalidRequest(
            "This value must be greater than or equal to 1.",
            param="amount",
            code="parameter_invalid_integer",
        )
    if amount < MINIMUM_AMOUNT.get(currency, 1):
        raise InvalidRequest(
            "Amount must be at least the minimum charge amount of this currency.",
            param="amount",
            code="amount_too_small",
        )
    if amount > MAXIMUM_AMOUNT:
        raise InvalidRequest(
            "Amount must be no more than 999,999.99.", param="amount", code="amount_too_large"
        )


def _find(call: Call) -> Json:
    return intents.find(call, "payment_intent")


def cancel(box: Sandbox, intent: Json, reason: str | None = None) -> None:
    if intent["status"] not in CANCELABLE:
        raise unexpected_state(intent, "cancel")
    intent.update(
        status="canceled",
        amount_capturable=0,
        canceled_at=box.now(intent),
        cancellation_reason=reason,
        next_action=None,
    )
    events.emit(box, "payment_intent.canceled", intent)
    for tell in confirmation.ON_OUTCOME:
        tell(box, intent)


def _method_types(currency: str, params: Json) -> list[str]:
    delayed = BANK_TYPE_OF.get(currency)
    types = ["card", delayed] if delayed else ["card"]
    return intents.method_types(params, offered=types, default=types)


def _change(box: Sandbox, intent: Json, params: Json) -> None:
    intents.change(box, intent, params, FIELDS)
