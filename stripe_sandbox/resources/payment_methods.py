import hashlib

from stripe_sandbox import events, shapes
from stripe_sandbox.errors import InvalidCard, InvalidRequest, Json, no_such
from stripe_sandbox.http import listing
from stripe_sandbox.http.operations import Call, operation
from stripe_sandbox.payments.cards import (
    BY_NUMBER,
    BY_TOKEN,
    Card,
    declined,
    find_bank_account,
    find_card,
)
from stripe_sandbox.sandbox import Sandbox

DEFAULT_EXPIRY = {"exp_month": 12, "exp_year": 2034}


@operation("post", "/v1/payment_methods", for_browsers=True)
def create(call: Call) -> Json:
    return make(call.box, call.params)


@operation("get", "/v1/payment_methods/{payment_method}")
def retrieve(call: Call) -> Json:
    return call.box.store.require("payment_method", call.id, "payment_method")


@operation("post", "/v1/payment_methods/{payment_method}")
def update(call: Call) -> Json:
    method = call.box.store.require("payment_method", call.id, "payment_method")
    with events.updating(call.box, "payment_method.updated", method):
        shapes.assign(method, call.params, "allow_redisplay", "billing_details")
        if method["type"] == "card":
            shapes.assign(method, call.params, "card")
        shapes.assign_metadata(method, call.params)
    return method


@operation("get", "/v1/payment_methods")
def list_all(call: Call) -> Json:
    return listing.page(call, "payment_method", "customer", "type")


@operation("post", "/v1/payment_methods/{payment_method}/attach")
def attach_to_customer(call: Call) -> Json:
    method = use(call.box, call.id)
    customer = call.params.get("customer")
    if not customer:
        raise InvalidRequest("Missing required param: customer.", param="customer")
    card = card_of(call.box, method)
    if card and not card.attaches and card.decline:
        raise declined(card.decline)
    attach(call.box, method, customer)
    return method


@operation("post", "/v1/payment_methods/{payment_method}/detach")
def detach(call: Call) -> Json:
    method = call.box.store.require("payment_method", call.id, "payment_method")
    if method["customer"] is None:
        raise InvalidRequest(
            "The payment method you provided is not attached to a customer so detachment is "
            "impossible."
        )
    with events.updating(call.box, "payment_method.detached", method):
        method["customer"] = None
    call.box.store.private(call.id)["is_used"] = True
    return method


def make(box: Sandbox, params: Json) -> Json:
    """Raises InvalidCard for a number that is no test card."""
    kind = params.get("type", "card")
    if kind == "card":
        details, private = _card(box, params.get("card") or {})
    elif kind in ("sepa_debit", "us_bank_account"):
        details, private = _bank_account(kind, params.get(kind) or {})
    else:
        raise InvalidRequest(f"The sandbox has no payment method {kind!r}.", param="type")
    method = box.new("payment_method", private=private, type=kind, **{kind: details})
    address = shapes.fill("payment_method:billing_details.address", {})
    method["billing_details"] = shapes.fill("payment_method:billing_details", {"address": address})
    method["allow_redisplay"] = "unspecified"
    shapes.assign(method, params, "billing_details", "allow_redisplay")
    shapes.assign_metadata(method, params)
    return method


def use(box: Sandbox, id: str) -> Json:
    """The payment method; a test token such as `pm_card_visa` makes a new one."""
    if card := BY_TOKEN.get(id):
        return make(box, {"type": "card", "card": {"number": card.number}})
    method = box.store.get(id)
    if method is None or method["object"] != "payment_method":
        raise no_such("PaymentMethod", id, "payment_method")
    return method


def attach(box: Sandbox, method: Json, customer: str) -> None:
    box.store.require("customer", customer, "customer")
    if method["customer"] == customer:
        return
    if method["customer"] or box.store.private(method["id"]).get("is_used"):
        raise InvalidRequest(
            "This PaymentMethod was previously used without being attached to a Customer or was "
            "detached from a Customer, and may not be used again."
        )
    method["customer"] = customer
    events.emit(box, "payment_method.attached", method)


def card_of(box: Sandbox, method: Json) -> Card | None:
    """The test card behind a payment method; None when it is a bank account."""
    return BY_NUMBER.get(box.store.private(method["id"]).get("number", ""))


def _card(box: Sandbox, given: Json) -> tuple[Json, Json]:
    """What the API shows of a card, and what the sandbox knows."""
    token = BY_TOKEN.get(given.get("token", ""))
    if not token and not given.get("number"):
        raise InvalidRequest("Missing required param: card[number].", param="card[number]")
    card = token or find_card(given["number"])
    _check_expiry(box, given)
    details = {
        **{key: given.get(key, value) for key, value in DEFAULT_EXPIRY.items()},
        "brand": card.brand,
        "display_brand": card.brand,
        "last4": card.number[-4:],
        "funding": "credit",
        "country": "US",
        "fingerprint": _fingerprint(card.number),
        "checks": {
            "cvc_check": "fail" if card.decline == "incorrect_cvc" else "pass",
            "address_line1_check": None,
            "address_postal_code_check": None,
        },
        "networks": {"available": [card.brand], "preferred": None},
        "three_d_secure_usage": {"supported": True},
    }
    return shapes.fill("payment_method:card", details), {"number": card.number}


def _check_expiry(box: Sandbox, given: Json) -> None:
    year, month = given.get("exp_year"), given.get("exp_month")
    if month is not None and not 1 <= month <= 12:
        message = "Your card's expiration month is invalid."
        raise InvalidCard(message, code="invalid_expiry_month", param="exp_month")
    today = box.today()
    if year is not None and (year % 2000 + 2000, month or 12) < (today.year, today.month):
        message = "Your card's expiration year is invalid."
        raise InvalidCard(message, code="invalid_expiry_year", param="exp_year")


def _bank_account(kind: str, given: Json) -> tuple[Json, Json]:
    number = str(given.get("iban" if kind == "sepa_debit" else "account_number", ""))
    account = find_bank_account(kind, number)
    details: Json = {"last4": account.number[-4:], "fingerprint": _fingerprint(account.number)}
    if kind == "sepa_debit":
        details |= {"country": account.number[:2], "bank_code": account.number[4:12]}
    else:
        details |= {"account_type": "checking", "bank_name": "STRIPE TEST BANK"}
        details |= {"account_holder_type": "individual", "routing_number": "110000000"}
    return shapes.fill(f"payment_method:{kind}", details), {"account": account.number}


def _fingerprint(number: str) -> str:
    return hashlib.sha256(number.encode()).hexdigest()[:16]
