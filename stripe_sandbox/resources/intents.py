"""What payment intents and setup intents have in common."""

from collections.abc import Sequence

from stripe_sandbox import shapes
from stripe_sandbox.errors import Json, NotFound
from stripe_sandbox.http.operations import Call
from stripe_sandbox.payments.challenges import Terms
from stripe_sandbox.resources import confirmation_tokens, payment_methods
from stripe_sandbox.sandbox import Sandbox

NAMES = {"payment_intent": "payment_intent", "setup_intent": "setupintent"}
"""In Stripe's messages."""


def find(call: Call, kind: str) -> Json:
    """A browser has to know the client secret as well."""
    intent = call.box.store.require(kind, call.id, "intent")
    if call.is_browser and call.client_secret != intent["client_secret"]:
        raise NotFound(
            f"No such {NAMES[kind]}: '{call.id}'", code="resource_missing", param="intent"
        )
    return intent


def new_secret(intent: Json) -> str:
    return f"{intent['id']}_secret_{shapes.random_text(25)}"


def method_types(params: Json, offered: Sequence[str], default: Sequence[str]) -> list[str]:
    """Of those offered, the ones that the parameters leave; cards when that is none.

    :param default: the ones that are meant when the parameters name none.
    """
    allowed = params.get("allowed_payment_method_types") or default
    excluded = params.get("excluded_payment_method_types") or []
    return [kind for kind in offered if kind in allowed and kind not in excluded] or ["card"]


def change(box: Sandbox, intent: Json, params: Json, fields: Sequence[str]) -> None:
    shapes.assign(intent, params, *fields)
    shapes.assign_metadata(intent, params)
    if method := _method(box, intent, params):
        intent["payment_method"] = method["id"]
        if intent["status"] == "requires_payment_method":
            intent["status"] = "requires_confirmation"


def _method(box: Sandbox, intent: Json, params: Json) -> Json | None:
    """The payment method named by whichever of the three ways the parameters use."""
    if token := params.get("confirmation_token"):
        return confirmation_tokens.redeem(box, token, intent)
    if data := params.get("payment_method_data"):
        return payment_methods.make(box, data)
    if id := params.get("payment_method"):
        return payment_methods.use(box, id)
    return None


def forget_challenge(intent: Json) -> None:
    """Another confirmation begins: the bank's answer to the last one is not waited for."""
    if intent["status"] == "requires_action":
        intent.update(status="requires_confirmation", next_action=None)


def terms(call: Call) -> Terms:
    token = call.params.get("confirmation_token")
    from_token = call.box.store.require("confirmation_token", token) if token else {}
    return Terms(
        return_url=call.params.get("return_url") or from_token.get("return_url"),
        off_session=bool(call.params.get("off_session")),
        uses_stripe_js=bool(call.params.get("use_stripe_sdk")) or call.is_browser,
        refuses_action=bool(call.params.get("error_on_requires_action")),
    )
