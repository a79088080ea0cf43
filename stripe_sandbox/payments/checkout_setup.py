"""A Checkout Session that saves a payment method and charges nothing."""

from stripe_sandbox.errors import Json
from stripe_sandbox.payments import checkout, setups
from stripe_sandbox.payments.challenges import Terms
from stripe_sandbox.payments.checkout import Buyer
from stripe_sandbox.resources.payment_methods import attach
from stripe_sandbox.sandbox import Sandbox


def save(box: Sandbox, session: Json, buyer: Buyer, method: Json, return_url: str) -> Json:
    """The setup intent, confirmed. Raises CardDeclined; the session is then still open."""
    payment_method = checkout.note_buyer(box, session, buyer, method)
    intent = box.store.require("setup_intent", session["setup_intent"])
    intent["payment_method"] = payment_method["id"]
    setups.confirm(box, intent, Terms(return_url=return_url))
    return intent


def follow(box: Sandbox, intent: Json) -> None:
    """Let the session follow its setup intent."""
    session = box.store.get(box.store.private(intent["id"]).get("checkout_session", ""))
    if session is None or session["status"] != "open" or intent["status"] != "succeeded":
        return
    if session["customer_creation"] == "always":
        checkout.make_customer(box, session)
        intent["customer"] = session["customer"]
        method = box.store.require("payment_method", intent["payment_method"])
        attach(box, method, session["customer"])
    checkout.complete(box, session, "no_payment_required")


setups.ON_OUTCOME.append(follow)
