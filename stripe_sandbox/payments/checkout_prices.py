"""What a Checkout Session costs today, with its discounts."""

from stripe_sandbox.billing import discounts, subscribing
from stripe_sandbox.billing.discounts import Part
from stripe_sandbox.billing.redemption import Purchase
from stripe_sandbox.errors import InvalidRequest, Json
from stripe_sandbox.sandbox import Sandbox


def lines_of(box: Sandbox, session: Json) -> list[Json]:
    ids = box.store.private(session["id"])["lines"]
    return [box.store.require("item", id) for id in ids]


def has_trial(box: Sandbox, session: Json) -> bool:
    data = box.store.private(session["id"]).get("subscription_data") or {}
    return subscribing.trial_end_of(data, box.now(session)) is not None


def is_free(session: Json) -> bool:
    """Nothing is due today and no card is asked for."""
    asks = session["mode"] == "setup" or session["payment_method_collection"] == "always"
    return bool(session["amount_total"] == 0 and not asks)


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
    delivery = (session["shipping_cost"] or {}).get("amount_total", 0)
    session.update(amount_subtotal=subtotal, amount_total=total + delivery, discounts=_shown(given))
    session["total_details"].update(amount_discount=subtotal - total, amount_shipping=delivery)
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


def redeem(box: Sandbox, session: Json) -> None:
    """Use up the codes of a session that is complete."""
    private = box.store.private(session["id"])
    if given := private.get("discounts"):
        amount, customer = session["amount_subtotal"], session["customer"]
        purchase = Purchase(session["currency"], box.now(session), customer, amount)
        discounts.make_all(box, given, purchase, checkout_session=session["id"])


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
