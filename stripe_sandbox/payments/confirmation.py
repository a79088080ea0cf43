"""Confirming a PaymentIntent: declined, asked for more, on its way, or paid."""

import contextlib
import json
import time
from collections.abc import Callable

from stripe_sandbox import events, timers
from stripe_sandbox.errors import CardDeclined, InvalidRequest, Json
from stripe_sandbox.payments import challenges, charges
from stripe_sandbox.payments.cards import BANK_BY_NUMBER, Card, decline_error
from stripe_sandbox.payments.challenges import Terms
from stripe_sandbox.resources.payment_methods import attach, card_of
from stripe_sandbox.sandbox import Sandbox

CONFIRMABLE = {"requires_payment_method", "requires_confirmation", "requires_action"}
Outcome = Callable[[Sandbox, Json], None]
ON_OUTCOME: list[Outcome] = []
"""Called when an intent was paid, refused, canceled or began processing; it says which itself."""


def unexpected_state(intent: Json, verb: str) -> InvalidRequest:
    return InvalidRequest(
        f"You cannot {verb} this PaymentIntent because it has a status of {intent['status']}.",
        code="payment_intent_unexpected_state",
        payment_intent=intent,
    )


def confirm(box: Sandbox, intent: Json, terms: Terms) -> None:
    """Raises CardDeclined when the charge is refused; the refusal is kept."""
    if intent["status"] not in CONFIRMABLE:
        raise unexpected_state(intent, "confirm")
    if not intent["payment_method"]:
        raise InvalidRequest(
            "You cannot confirm this PaymentIntent because it's missing a payment method. You can "
            "either update the PaymentIntent with a payment method and then confirm it again, or "
            "confirm it again directly with a payment method or ConfirmationToken.",
            code="payment_intent_unexpected_state",
            payment_intent=intent,
        )
    method = box.store.require("payment_method", intent["payment_method"], "payment_method")
    _check_owner(box, intent, method)
    _check_return_url(intent, terms)
    intent.update(last_payment_error=None, next_action=None, canceled_at=None)
    card = card_of(box, method)
    if card is None:
        _begin_processing(box, intent, method)
    elif _needs_authentication(intent, method, card):
        _ask_for_authentication(box, intent, method, terms)
    else:
        _charge(box, intent, method, card)


def authenticate(box: Sandbox, intent: Json, *, passed: bool) -> None:
    """The buyer has answered their bank. Raises CardDeclined like `confirm`."""
    if intent["status"] != "requires_action":
        raise unexpected_state(intent, "authenticate")
    method = box.store.require("payment_method", intent["payment_method"])
    card = card_of(box, method)
    intent["next_action"] = None
    if not passed or card is None:
        error = {
            "type": "invalid_request_error",
            "code": "payment_intent_authentication_failure",
            "message": "We are unable to authenticate your payment method. Please choose a "
            "different payment method and try again.",
        }
        _refuse(box, intent, error, method)
        raise CardDeclined(error["message"], code=error["code"], payment_intent=_copy(intent))
    _charge(box, intent, method, card)


def authenticate_quietly(box: Sandbox, intent: Json, *, passed: bool) -> None:
    """For pages, which show the intent's `last_payment_error` themselves."""
    with contextlib.suppress(CardDeclined):
        authenticate(box, intent, passed=passed)


def settle(box: Sandbox, intent: Json, *, succeeds: bool) -> None:
    """A delayed payment comes to its end."""
    if intent["status"] != "processing":
        raise unexpected_state(intent, "settle")
    timers.stop(box, "settle_intent", intent["id"])
    charge = box.store.require("charge", intent["latest_charge"])
    if succeeds:
        charge.update(status="succeeded", paid=True, captured=True)
        charge["amount_captured"] = charge["amount"]
        _succeed(box, intent, charge)
        return
    error = {**decline_error("insufficient_funds"), "code": "debit_not_authorized"}
    error["message"] = "The customer has notified their bank that this debit was unauthorized."
    charges.fail(charge, error["code"], error["message"], "debit_not_authorized")
    events.emit(box, "charge.failed", charge)
    del error["decline_code"]
    _refuse(box, intent, error, box.store.require("payment_method", intent["payment_method"]))


@timers.action("settle_intent")
def settle_by_itself(box: Sandbox, id: str) -> None:
    intent = box.store.get(id)
    if intent and intent["status"] == "processing":
        number = box.store.private(intent["payment_method"])["account"]
        settle(box, intent, succeeds=BANK_BY_NUMBER[number].settles)


def capture(box: Sandbox, intent: Json, amount: int | None) -> None:
    if intent["status"] != "requires_capture":
        raise unexpected_state(intent, "capture")
    amount = intent["amount_capturable"] if amount is None else amount
    if amount > intent["amount_capturable"]:
        raise InvalidRequest(
            f"Amount to capture {amount} is greater than the amount capturable.",
            param="amount_to_capture",
        )
    charge = box.store.require("charge", intent["latest_charge"])
    charge.update(captured=True, amount_captured=amount)
    events.emit(box, "charge.captured", charge)
    _finish(box, intent, charge)


def _check_owner(box: Sandbox, intent: Json, method: Json) -> None:
    owner = method["customer"]
    if owner and owner != intent["customer"]:
        raise InvalidRequest(
            f"The customer of the PaymentMethod {method['id']} is not the customer of the "
            "PaymentIntent. Please include the Customer in the `customer` parameter.",
            param="payment_method",
        )
    if owner is None and box.store.private(method["id"]).get("is_used"):
        raise InvalidRequest(
            "The provided PaymentMethod was previously used with a PaymentIntent without Customer "
            "attachment, shared with a connected account without Customer attachment, or was "
            "detached from a Customer. It may not be used again. To use a PaymentMethod multiple "
            "times, you must attach it to a Customer first.",
            param="payment_method",
        )


def _check_return_url(intent: Json, terms: Terms) -> None:
    automatic = intent["automatic_payment_methods"] or {}
    if automatic.get("allow_redirects") == "never" or terms.uses_stripe_js:
        return
    if terms.off_session or terms.return_url:
        return
    raise InvalidRequest(
        "This PaymentIntent is configured to accept payment methods enabled in your Dashboard. "
        "Because some of these payment methods might redirect your customer off of your page, you "
        "must provide a `return_url`. If you don't want to accept redirect-based payment methods, "
        "set `automatic_payment_methods[enabled]` to `true` and "
        "`automatic_payment_methods[allow_redirects]` to `never` when creating Setup Intents and "
        "Payment Intents.",
        param="return_url",
        payment_intent=intent,
    )


def _needs_authentication(intent: Json, method: Json, card: Card) -> bool:
    if card.authentication == "unless_saved":
        return method["customer"] is None or intent["setup_future_usage"] is not None
    return card.authentication == "always"


def _ask_for_authentication(box: Sandbox, intent: Json, method: Json, terms: Terms) -> None:
    if terms.off_session or terms.refuses_action:
        _decline(box, intent, method, "authentication_required")
    challenges.ask(box, intent, terms)
    events.emit(box, "payment_intent.requires_action", intent)


def _begin_processing(box: Sandbox, intent: Json, method: Json) -> None:
    charge = charges.make(box, intent, method, status="pending")
    intent["status"] = "processing"
    events.emit(box, "charge.pending", charge)
    events.emit(box, "payment_intent.processing", intent)
    if box.settings.settle_after is not None:
        due = time.time() + box.settings.settle_after
        timers.start(box, "settle_intent", intent["id"], due)
    _tell(box, intent)


def _charge(box: Sandbox, intent: Json, method: Json, card: Card) -> None:
    if card.decline:
        _decline(box, intent, method, card.decline)
    is_manual = intent["capture_method"] == "manual"
    charge = charges.succeeded(box, intent, method, captured=not is_manual)
    _keep_or_use_up(box, intent, method)
    if is_manual:
        intent.update(status="requires_capture", amount_capturable=intent["amount"])
        events.emit(box, "charge.succeeded", charge)
        events.emit(box, "payment_intent.amount_capturable_updated", intent)
        _tell(box, intent)
    else:
        _succeed(box, intent, charge)


def _keep_or_use_up(box: Sandbox, intent: Json, method: Json) -> None:
    if intent["setup_future_usage"] and intent["customer"]:
        attach(box, method, intent["customer"])
    elif method["customer"] is None:
        box.store.private(method["id"])["is_used"] = True


def _succeed(box: Sandbox, intent: Json, charge: Json) -> None:
    events.emit(box, "charge.succeeded", charge)
    _finish(box, intent, charge)


def _finish(box: Sandbox, intent: Json, charge: Json) -> None:
    intent.update(
        status="succeeded", amount_capturable=0, amount_received=charge["amount_captured"]
    )
    events.emit(box, "payment_intent.succeeded", intent)
    _tell(box, intent)
    charges.add_to_balance(box, charge)


def _decline(box: Sandbox, intent: Json, method: Json, decline: str) -> None:
    charge = charges.failed(box, intent, method, decline)
    events.emit(box, "charge.failed", charge)
    error = {**decline_error(decline), "charge": charge["id"]}
    _refuse(box, intent, error, method)
    raise CardDeclined(
        error["message"],
        code=error["code"],
        decline_code=decline,
        charge=charge["id"],
        payment_intent=_copy(intent),
        payment_method=_copy(method),
    )


def _refuse(box: Sandbox, intent: Json, error: Json, method: Json) -> None:
    intent.update(
        status="requires_payment_method",
        payment_method=None,
        last_payment_error={**error, "payment_method": _copy(method)},
    )
    events.emit(box, "payment_intent.payment_failed", intent)
    _tell(box, intent)


def _tell(box: Sandbox, intent: Json) -> None:
    for tell in ON_OUTCOME:
        tell(box, intent)


def _copy(value: Json) -> Json:
    copy: Json = json.loads(json.dumps(value))
    return copy
