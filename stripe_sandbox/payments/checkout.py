"""A Checkout Session on its way from open to complete."""

from dataclasses import dataclass

from stripe_sandbox import events, shapes, timers
from stripe_sandbox.errors import Json
from stripe_sandbox.payments import confirmation
from stripe_sandbox.payments.challenges import Terms
from stripe_sandbox.resources import payment_intents, payment_methods
from stripe_sandbox.sandbox import Sandbox


@dataclass(frozen=True)
class Buyer:
    email: str
    name: str = ""
    country: str = ""
    postal_code: str = ""

    @property
    def address(self) -> Json:
        return {"country": self.country or None, "postal_code": self.postal_code or None}


def pay(box: Sandbox, session: Json, buyer: Buyer, method: Json, return_url: str) -> Json:
    """The intent, confirmed. Raises CardDeclined; the session is then still open."""
    payment_method = payment_methods.make(
        box,
        {
            **method,
            "billing_details": {
                "email": buyer.email,
                "name": buyer.name or None,
                "address": buyer.address,
            },
        },
    )
    box.store.private(session["id"])["buyer"] = vars(buyer)
    intent = _intent(box, session)
    intent["payment_method"] = payment_method["id"]
    confirmation.confirm(box, intent, Terms(return_url=return_url))
    return intent


def follow(box: Sandbox, intent: Json) -> None:
    """Let the session follow its intent."""
    id = box.store.private(intent["id"]).get("checkout_session")
    session = box.store.get(id) if id else None
    if session is None:
        return
    status = intent["status"]
    if session["status"] == "open":
        if status in ("succeeded", "requires_capture", "processing"):
            _complete(box, session, intent)
    elif session["payment_status"] == "unpaid" and status == "succeeded":
        session["payment_status"] = "paid"
        events.emit(box, "checkout.session.async_payment_succeeded", session)
    elif session["status"] == "complete" and status == "requires_payment_method":
        events.emit(box, "checkout.session.async_payment_failed", session)


def _intent(box: Sandbox, session: Json) -> Json:
    """One intent for all tries of a session."""
    if session["payment_intent"]:
        return box.store.require("payment_intent", session["payment_intent"])
    data = box.store.private(session["id"])["intent_data"]
    customer = {"customer": session["customer"]} if session["customer"] else {}
    intent = payment_intents.make(
        box,
        {**data, **customer, "amount": session["amount_total"], "currency": session["currency"]},
    )
    box.store.private(intent["id"])["checkout_session"] = session["id"]
    session["payment_intent"] = intent["id"]
    return intent


def _complete(box: Sandbox, session: Json, intent: Json) -> None:
    timers.stop(box, "expire_session", session["id"])
    buyer = Buyer(**box.store.private(session["id"])["buyer"])
    session.update(
        status="complete",
        payment_status="unpaid" if intent["status"] == "processing" else "paid",
        url=None,
        customer_details=shapes.fill(
            "checkout.session:customer_details",
            {
                "address": buyer.address,
                "email": buyer.email,
                "name": buyer.name or None,
                "tax_exempt": "none",
                "tax_ids": [],
            },
        ),
    )
    if session["customer_creation"] == "always" and not session["customer"]:
        customer = box.new("customer", email=buyer.email, name=buyer.name or None, metadata={})
        events.emit(box, "customer.created", customer)
        session["customer"] = customer["id"]
    events.emit(box, "checkout.session.completed", session)


confirmation.ON_OUTCOME.append(follow)
