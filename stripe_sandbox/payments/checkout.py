"""A Checkout Session on its way from open to complete."""

from collections.abc import Callable
from dataclasses import dataclass, field

from stripe_sandbox import events, shapes, timers
from stripe_sandbox.errors import Json
from stripe_sandbox.payments import checkout_prices, confirmation
from stripe_sandbox.payments.challenges import Terms
from stripe_sandbox.resources import customers, payment_intents, payment_methods
from stripe_sandbox.sandbox import Sandbox

STARTERS: dict[str, Callable[[Sandbox, Json], None]] = {"payment": checkout_prices.redeem}
"""What a session of a mode starts when it is complete, before that is told."""


@dataclass(frozen=True)
class Buyer:
    email: str
    name: str = ""
    address: Json = field(default_factory=dict)
    shipping: Json | None = None
    """Name and address, where the page asked for them."""


def pay(
    box: Sandbox, session: Json, buyer: Buyer, method: Json | None, return_url: str
) -> Json | None:
    """The intent, confirmed; None when nothing is due. Raises CardDeclined: it is still open."""
    if method is None:
        complete_free(box, session, buyer)
        return None
    payment_method = note_buyer(box, session, buyer, method)
    intent = _intent(box, session)
    intent["payment_method"] = payment_method["id"]
    confirmation.confirm(box, intent, Terms(return_url=return_url))
    return intent


def complete_free(box: Sandbox, session: Json, buyer: Buyer) -> None:
    box.store.private(session["id"])["buyer"] = vars(buyer)
    complete(box, session, "no_payment_required")


def note_buyer(box: Sandbox, session: Json, buyer: Buyer, method: Json) -> Json:
    """The payment method that the buyer typed in; the session remembers who it was."""
    billing = {"email": buyer.email, "name": buyer.name or None, "address": buyer.address}
    box.store.private(session["id"])["buyer"] = vars(buyer)
    return payment_methods.make(box, {**method, "billing_details": billing})


def follow(box: Sandbox, intent: Json) -> None:
    """Let the session follow its intent."""
    id = box.store.private(intent["id"]).get("checkout_session")
    session = box.store.get(id) if id else None
    if session is None:
        return
    status = intent["status"]
    if session["status"] == "open":
        if status in ("succeeded", "requires_capture", "processing"):
            complete(box, session, "unpaid" if status == "processing" else "paid")
    elif session["payment_status"] == "unpaid" and status == "succeeded":
        session["payment_status"] = "paid"
        events.emit(box, "checkout.session.async_payment_succeeded", session)
    elif session["status"] == "complete" and status == "requires_payment_method":
        events.emit(box, "checkout.session.async_payment_failed", session)


def _intent(box: Sandbox, session: Json) -> Json:
    """One intent for all tries of a session."""
    if session["payment_intent"]:
        known = box.store.require("payment_intent", session["payment_intent"])
        known["amount"] = session["amount_total"]  # a code may have been applied in between
        return known
    data = box.store.private(session["id"])["intent_data"]
    customer = {"customer": session["customer"]} if session["customer"] else {}
    intent = payment_intents.make(
        box,
        {**data, **customer, "amount": session["amount_total"], "currency": session["currency"]},
    )
    box.store.private(intent["id"])["checkout_session"] = session["id"]
    session["payment_intent"] = intent["id"]
    return intent


def complete(box: Sandbox, session: Json, payment_status: str) -> None:
    timers.stop(box, "expire_session", session["id"])
    buyer = Buyer(**box.store.private(session["id"])["buyer"])
    details: Json = {
        "address": buyer.address,
        "email": buyer.email,
        "name": buyer.name or None,
        "tax_exempt": "none",
        "tax_ids": [],
    }
    session.update(
        status="complete",
        payment_status=payment_status,
        url=None,
        customer_details=shapes.fill("checkout.session:customer_details", details),
    )
    if session["shipping_address_collection"]:
        collected = {"shipping_details": buyer.shipping}
        place = "checkout.session:collected_information"
        session["collected_information"] = shapes.fill(place, collected)
    _update_customer(box, session, buyer)
    if session["customer_creation"] == "always":
        make_customer(box, session)
    if start := STARTERS.get(session["mode"]):
        start(box, session)
    events.emit(box, "checkout.session.completed", session)


def _update_customer(box: Sandbox, session: Json, buyer: Buyer) -> None:
    """With `customer_update`, what was typed in becomes the customer's own."""
    wished = box.store.private(session["id"])["customer_update"]
    typed: Json = {
        "name": buyer.name,
        "address": buyer.address if buyer.address.get("country") else None,
    }
    found = {name: typed.get(name) for name in wished if wished[name] == "auto"}
    if session["customer"] and any(found.values()):
        customer = box.store.require("customer", session["customer"])
        with events.updating(box, "customer.updated", customer):
            shapes.assign(customer, {name: v for name, v in found.items() if v}, *found)


def make_customer(box: Sandbox, session: Json) -> None:
    """A customer for the buyer, unless the session has one."""
    if session["customer"]:
        return
    buyer = Buyer(**box.store.private(session["id"])["buyer"])
    session["customer"] = customers.make(box, {"email": buyer.email, "name": buyer.name or ""})[
        "id"
    ]


confirmation.ON_OUTCOME.append(follow)
