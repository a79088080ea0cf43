"""A Checkout Session that starts a subscription: once it is paid, not before."""

from stripe_sandbox import events
from stripe_sandbox.billing import agenda, collection, discounts, finalizing, subscribing
from stripe_sandbox.billing.discounts import Part
from stripe_sandbox.billing.redemption import Purchase
from stripe_sandbox.errors import InvalidRequest, Json
from stripe_sandbox.payments import checkout, confirmation, setups
from stripe_sandbox.payments.challenges import Terms
from stripe_sandbox.payments.checkout import Buyer
from stripe_sandbox.resources import payment_intents, setup_intents
from stripe_sandbox.resources.checkout_sessions import lines_of
from stripe_sandbox.resources.payment_methods import attach
from stripe_sandbox.sandbox import Sandbox


def has_trial(box: Sandbox, session: Json) -> bool:
    data = box.store.private(session["id"])["subscription_data"]
    return subscribing.trial_end_of(data, box.now(session)) is not None


def is_free(session: Json) -> bool:
    """Nothing is due today and no card is asked for."""
    return bool(
        session["amount_total"] == 0 and session["payment_method_collection"] == "if_required"
    )


def price(box: Sandbox, session: Json, given: list[Json]) -> None:
    """Add up what is due today, with these discounts. Raises InvalidRequest for a bad code."""
    is_trial = has_trial(box, session)
    lines = lines_of(box, session)
    for line in lines:
        is_later = is_trial and line["price"]["type"] == "recurring"
        amount = 0 if is_later else line["price"]["unit_amount"] * line["quantity"]
        line.update(amount_subtotal=amount, amount_discount=0, amount_total=amount)
    subtotal = sum(line["amount_subtotal"] for line in lines)
    if given:
        offs = _rehearse(box, session, given, subtotal)
        for line, off in zip(lines, offs, strict=True):
            line.update(amount_discount=off, amount_total=line["amount_subtotal"] - off)
    total = sum(line["amount_total"] for line in lines)
    session.update(amount_subtotal=subtotal, amount_total=total, discounts=_shown(given))
    session["total_details"]["amount_discount"] = subtotal - total
    box.store.private(session["id"])["discounts"] = given


def apply_code(box: Sandbox, session: Json, code: str) -> None:
    """What a buyer types into the page; an empty code takes the discount off."""
    if not session["allow_promotion_codes"]:
        raise InvalidRequest("This page takes no promotion codes.", param="promotion_code")
    if not code:
        price(box, session, [])
        return
    where = "AND lower(json_extract(body, '$.code')) = ? AND json_extract(body, '$.active')"
    found = box.store.select("promotion_code", where, (code.lower(),))
    if not found:
        raise InvalidRequest("This code is invalid.", param="promotion_code")
    price(box, session, [{"promotion_code": found[0]["id"]}])


def pay(
    box: Sandbox, session: Json, buyer: Buyer, method: Json | None, return_url: str
) -> Json | None:
    """The intent, confirmed; None when nothing is asked for. Raises CardDeclined."""
    if method is None:
        box.store.private(session["id"])["buyer"] = vars(buyer)
        checkout.complete(box, session, "no_payment_required")
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


def _rehearse(box: Sandbox, session: Json, given: list[Json], amount: int) -> list[int]:
    """What discounts would take off each line; nothing is redeemed before the end."""
    at = box.now(session)
    purchase = Purchase(session["currency"], at, session["customer"], amount)
    parts = [
        Part(line["amount_subtotal"], line["price"]["product"]) for line in lines_of(box, session)
    ]
    with box.store.rehearsal():
        made = discounts.make_all(box, given, purchase, checkout_session=session["id"])
        offs = discounts.apply(box, [discount["id"] for discount in made], parts, at)
    return [sum(member["amount"] for member in members) for members in offs]


def _shown(given: list[Json]) -> list[Json]:
    names = ("coupon", "promotion_code")
    return [{name: member.get(name) for name in names} for member in given]


checkout.STARTERS["subscription"] = start
