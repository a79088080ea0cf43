"""A Checkout Session that starts a subscription: once it is paid, not before."""

from stripe_sandbox import events
from stripe_sandbox.billing import agenda, collection, finalizing, subscribing
from stripe_sandbox.errors import Json
from stripe_sandbox.payments import checkout, confirmation, setups
from stripe_sandbox.payments.challenges import Terms
from stripe_sandbox.payments.checkout import Buyer
from stripe_sandbox.payments.checkout_prices import lines_of
from stripe_sandbox.resources import payment_intents, setup_intents
from stripe_sandbox.resources.payment_methods import attach
from stripe_sandbox.sandbox import Sandbox


def pay(
    box: Sandbox, session: Json, buyer: Buyer, method: Json | None, return_url: str
) -> Json | None:
    """The intent, confirmed; None when nothing is asked for. Raises CardDeclined."""
    if method is None:
        checkout.complete_free(box, session, buyer)
        return None
    payment_method = checkout.note_buyer(box, session, buyer, method)
    intent = _intent(box, session)
    intent["payment_method"] = payment_method["id"]
    terms = Terms(return_url=return_url)
    if intent["object"] == "setup_intent":
        setups.confirm(box, intent, terms)
    else:
        confirmation.confirm(box, intent, terms)
    return intent


def start(box: Sandbox, session: Json) -> None:
    """The session is complete: make customer, subscription and first invoice."""
    private = box.store.private(session["id"])
    intent = box.store.get(private.get("intent", ""))
    checkout.make_customer(box, session)
    method = _give_method(box, session, intent) if intent else None
    params = {
        **private["subscription_data"],
        **_bought(box, session),
        "customer": session["customer"],
        "discounts": private["discounts"],
    }
    if method:
        params["default_payment_method"] = method
    subscription = subscribing.build(box, params)
    events.emit(box, "customer.subscription.created", subscription)
    invoice = subscribing.bill_first(box, subscription, params, takes_pending=False)
    session.update(subscription=subscription["id"], invoice=invoice["id"])
    is_charged = intent is not None and intent["object"] == "payment_intent"
    finalizing.finalize(box, invoice, intent if is_charged else None)
    if is_charged and intent:
        collection.follow(box, intent)
    agenda.plan(box, subscription)


def _intent(box: Sandbox, session: Json) -> Json:
    """One for all tries; the session never shows it."""
    private = box.store.private(session["id"])
    known = box.store.get(private.get("intent", ""))
    amount = session["amount_total"]
    if known and known.get("amount", 0) == amount:
        return known
    params: Json = {"customer": session["customer"]} if session["customer"] else {}
    if amount == 0:
        intent = setup_intents.make(box, {**params, "usage": "off_session"})
    else:
        about = {"description": "Subscription creation", "setup_future_usage": "off_session"}
        params |= {"amount": amount, "currency": session["currency"]}
        intent = payment_intents.make(box, {**params, **about})
    box.store.private(intent["id"])["checkout_session"] = session["id"]
    private["intent"] = intent["id"]
    return intent


def _give_method(box: Sandbox, session: Json, intent: Json) -> str:
    """The customer may be younger than the payment; both belong together from now on."""
    intent["customer"] = session["customer"]
    charge = box.store.get(intent.get("latest_charge") or "")
    if charge:
        charge["customer"] = session["customer"]
    method = box.store.require("payment_method", intent["payment_method"])
    box.store.private(method["id"])["is_used"] = False
    attach(box, method, session["customer"])
    return str(method["id"])


def _bought(box: Sandbox, session: Json) -> Json:
    """Recurring lines become items, the others are billed once."""
    items: list[Json] = []
    once: list[Json] = []
    for line in lines_of(box, session):
        bought = {"price": line["price"]["id"], "quantity": line["quantity"]}
        (items if line["price"]["type"] == "recurring" else once).append(bought)
    return {"items": items, "add_invoice_items": once}


checkout.STARTERS["subscription"] = start
