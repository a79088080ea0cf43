"""Confirming a SetupIntent: a payment method is proved and kept for later."""

import contextlib
import json
from collections.abc import Callable

from stripe_sandbox import events, shapes
from stripe_sandbox.errors import CardDeclined, InvalidRequest, Json
from stripe_sandbox.payments import challenges
from stripe_sandbox.payments.cards import Card, decline_error
from stripe_sandbox.payments.challenges import Terms
from stripe_sandbox.resources.payment_methods import attach, card_of
from stripe_sandbox.sandbox import Sandbox

OPEN = {"requires_payment_method", "requires_confirmation", "requires_action"}
ON_OUTCOME: list[Callable[[Sandbox, Json], None]] = []
"""Called when a setup intent succeeded or was refused; it says which itself."""

NOT_AUTHENTICATED = {
    "type": "invalid_request_error",
    "code": "setup_intent_authentication_failure",
    "message": "We are unable to authenticate your payment method. Please choose a different "
    "payment method and try again.",
}


def unexpected_state(intent: Json, verb: str) -> InvalidRequest:
    return InvalidRequest(
        f"You cannot {verb} this SetupIntent because it has a status of {intent['status']}.",
        code="setup_intent_unexpected_state",
        setup_intent=intent,
    )


def confirm(box: Sandbox, intent: Json, terms: Terms) -> None:
    """Raises CardDeclined when the bank refuses; the refusal is kept."""
    if intent["status"] not in OPEN:
        raise unexpected_state(intent, "confirm")
    if not intent["payment_method"]:
        raise InvalidRequest(
            "You cannot confirm this SetupIntent because it's missing a payment method. Update the "
            "SetupIntent with a payment method and then confirm it again.",
            code="setup_intent_unexpected_state",
            setup_intent=intent,
        )
    method = box.store.require("payment_method", intent["payment_method"], "payment_method")
    _check_type(intent, method)
    intent.update(last_setup_error=None, next_action=None)
    card = card_of(box, method)
    attempt = _attempt(box, intent, method)
    if card and card.authentication != "never":
        attempt["status"] = "requires_action"
        challenges.ask(box, intent, terms)
        events.emit(box, "setup_intent.requires_action", intent)
    else:
        _prove(box, intent, method, card)


def authenticate(box: Sandbox, intent: Json, *, passed: bool) -> None:
    """The buyer has answered their bank. Raises CardDeclined like `confirm`."""
    if intent["status"] != "requires_action":
        raise unexpected_state(intent, "authenticate")
    method = box.store.require("payment_method", intent["payment_method"])
    intent["next_action"] = None
    if not passed:
        _refuse(box, intent, NOT_AUTHENTICATED, method)
    _prove(box, intent, method, card_of(box, method))


def authenticate_quietly(box: Sandbox, intent: Json, *, passed: bool) -> None:
    """For pages, which show the intent's `last_setup_error` themselves."""
    with contextlib.suppress(CardDeclined):
        authenticate(box, intent, passed=passed)


def cancel(box: Sandbox, intent: Json, reason: str | None = None) -> None:
    if intent["status"] not in OPEN:
        raise unexpected_state(intent, "cancel")
    intent.update(status="canceled", cancellation_reason=reason, next_action=None)
    events.emit(box, "setup_intent.canceled", intent)


def _check_type(intent: Json, method: Json) -> None:
    if method["type"] not in intent["payment_method_types"]:
        raise InvalidRequest(
            f"The PaymentMethod provided ({method['type']}) is not allowed for this SetupIntent.",
            param="payment_method",
        )


def _attempt(box: Sandbox, intent: Json, method: Json) -> Json:
    kind = method["type"]
    details = shapes.fill(f"setup_attempt:payment_method_details.{kind}", {})
    attempt = box.new(
        "setup_attempt",
        customer=intent["customer"],
        payment_method=method["id"],
        payment_method_details={"type": kind, kind: details},
        setup_intent=intent["id"],
        status="requires_confirmation",
        usage=intent["usage"],
    )
    intent["latest_attempt"] = attempt["id"]
    return attempt


def _prove(box: Sandbox, intent: Json, method: Json, card: Card | None) -> None:
    if card and card.decline and not (card.attaches and card.authentication == "never"):
        _refuse(box, intent, decline_error(card.decline), method)
    if intent["customer"]:
        attach(box, method, intent["customer"])
    intent["status"] = "succeeded"
    box.store.require("setup_attempt", intent["latest_attempt"])["status"] = "succeeded"
    events.emit(box, "setup_intent.succeeded", intent)
    _tell(box, intent)


def _refuse(box: Sandbox, intent: Json, error: Json, method: Json) -> None:
    attempt = box.store.require("setup_attempt", intent["latest_attempt"])
    attempt.update(status="failed", setup_error=dict(error))
    intent.update(
        status="requires_payment_method",
        payment_method=None,
        last_setup_error={**error, "payment_method": _copy(method)},
    )
    events.emit(box, "setup_intent.setup_failed", intent)
    _tell(box, intent)
    raise CardDeclined(
        error["message"],
        code=error["code"],
        decline_code=error.get("decline_code"),
        payment_method=_copy(method),
        setup_intent=_copy(intent),
    )


def _tell(box: Sandbox, intent: Json) -> None:
    for tell in ON_OUTCOME:
        tell(box, intent)


def _copy(value: Json) -> Json:
    copy: Json = json.loads(json.dumps(value))
    return copy
