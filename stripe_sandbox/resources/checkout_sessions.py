from collections.abc import Callable
from typing import Any

from stripe_sandbox import events, shapes, timers
from stripe_sandbox.errors import InvalidRequest, Json, NotBuilt
from stripe_sandbox.http import listing
from stripe_sandbox.http.expansion import INCLUDABLE
from stripe_sandbox.http.operations import Call, operation
from stripe_sandbox.payments import checkout_prices, checkout_shipping, setups
from stripe_sandbox.payments.cards import BANK_TYPE_OF
from stripe_sandbox.payments.checkout_prices import lines_of
from stripe_sandbox.resources import checkout_lines, payment_intents
from stripe_sandbox.sandbox import Sandbox

FIELDS = (
    "allow_promotion_codes", "billing_address_collection", "cancel_url", "client_reference_id",
    "consent_collection", "custom_text", "customer", "customer_creation", "customer_email",
    "locale", "origin_context", "phone_number_collection", "submit_type", "success_url",
)  # fmt: skip
MINIMUM_LIFE, DAY = 30 * 60, 24 * 3600
OTHER_MODES: dict[str, Callable[[Call], Json]] = {}
"""How a session of a mode other than `payment` is made."""


@operation("post", "/v1/checkout/sessions")
def create(call: Call) -> Json:
    box, params = call.box, call.params
    check(box, params)
    if maker := OTHER_MODES.get(params["mode"]):
        return maker(call)
    lines = [checkout_lines.make(box, line, index) for index, line in enumerate(given(params))]
    currency = one_currency(lines)
    payment_intents.check_amount(sum(line["amount_total"] for line in lines), currency)
    session = make(
        box,
        params,
        private={
            "lines": [line["id"] for line in lines],
            "intent_data": params.get("payment_intent_data") or {},
        },
        currency=currency,
        customer_creation=None if params.get("customer") else "if_required",
        payment_method_collection="if_required",
        payment_method_types=method_types(currency),
        payment_status="unpaid",
        total_details=shapes.fill("checkout.session:total_details", {}),
    )
    checkout_shipping.offer(box, session, params)
    checkout_prices.price(box, session, params.get("discounts") or [])
    return session


def make(box: Sandbox, params: Json, *, private: Json, **values: Any) -> Json:
    """An open session with its page, of any mode."""
    session = box.new(
        "checkout.session",
        private=private,
        automatic_tax=shapes.fill("checkout.session:automatic_tax", {}),
        custom_text=shapes.fill("checkout.session:custom_text", {}),
        expires_at=_expiry(box, params),
        mode=params["mode"],
        status="open",
        ui_mode="hosted_page",
        **values,
    )
    shapes.assign(session, params, *FIELDS)
    shapes.assign_metadata(session, params)
    box.store.private(session["id"])["customer_update"] = _customer_update(params)
    session["url"] = f"{box.settings.public_url}/c/pay/{session['id']}"
    timers.start(box, "expire_session", session["id"], session["expires_at"])
    return session


@operation("get", "/v1/checkout/sessions/{session}")
def retrieve(call: Call) -> Json:
    return call.box.store.require("checkout.session", call.id)


@operation("post", "/v1/checkout/sessions/{session}")
def update(call: Call) -> Json:
    session = call.box.store.require("checkout.session", call.id)
    shapes.assign_metadata(session, call.params)
    return session


@operation("get", "/v1/checkout/sessions")
def list_all(call: Call) -> Json:
    return listing.page(
        call, "checkout.session", "customer", "payment_intent", "status", "subscription"
    )


@operation("get", "/v1/checkout/sessions/{session}/line_items")
def list_lines(call: Call) -> Json:
    session = call.box.store.require("checkout.session", call.id)
    return _line_items(call.box, session)


@operation("post", "/v1/checkout/sessions/{session}/expire")
def expire_by_request(call: Call) -> Json:
    session = call.box.store.require("checkout.session", call.id)
    expire(call.box, session)
    return session


def expire(box: Sandbox, session: Json) -> None:
    if session["status"] != "open":
        raise InvalidRequest(
            'Only Checkout Sessions with a status in ["open"] can be expired. This Checkout '
            f"Session has a status of `{session['status']}`."
        )
    timers.stop(box, "expire_session", session["id"])
    session.update(status="expired", url=None)
    hidden = box.store.private(session["id"]).get("intent")
    intent = box.store.get(session["payment_intent"] or hidden or "")
    if intent and intent["status"] in payment_intents.CANCELABLE:
        payment_intents.cancel(box, intent, "automatic")
    setup = box.store.get(session["setup_intent"] or "")
    if setup and setup["status"] in setups.OPEN:
        setups.cancel(box, setup, "abandoned")
    events.emit(box, "checkout.session.expired", session)


@timers.action("expire_session")
def expire_by_itself(box: Sandbox, id: str) -> None:
    session = box.store.get(id)
    if session and session["status"] == "open":
        expire(box, session)


def check(box: Sandbox, params: Json) -> None:
    if params.get("mode") is None:
        raise InvalidRequest("Missing required param: mode.", param="mode")
    if params["mode"] not in ("payment", *OTHER_MODES):
        raise NotBuilt(f"The sandbox has not built Checkout for mode={params['mode']}.")
    if params.get("ui_mode", "hosted_page") != "hosted_page":
        raise NotBuilt("The sandbox has built Checkout for ui_mode=hosted_page only.")
    if not params.get("success_url"):
        raise InvalidRequest("Missing required param: success_url.", param="success_url")
    if params.get("discounts") and params.get("allow_promotion_codes"):
        raise InvalidRequest(
            "You may only specify one of these parameters: allow_promotion_codes, discounts."
        )
    if params.get("customer") and params.get("customer_email"):
        raise InvalidRequest(
            "You may only specify one of these parameters: customer, customer_email."
        )
    if customer := params.get("customer"):
        box.store.require("customer", customer, "customer")


def _customer_update(params: Json) -> Json:
    """What of the customer the page may overwrite."""
    wished: Json = params.get("customer_update") or {}
    if wished and not params.get("customer"):
        raise InvalidRequest(
            "`customer_update` can only be used with `customer`.", param="customer_update"
        )
    return wished


def given(params: Json) -> list[Json]:
    lines: list[Json] = params.get("line_items") or []
    if not lines:
        raise InvalidRequest(
            f"The `line_items` parameter is required in {params['mode']} mode.", param="line_items"
        )
    if len(lines) > 100:
        raise InvalidRequest("Checkout accepts up to 100 line items.", param="line_items")
    return lines


def one_currency(lines: list[Json]) -> str:
    currencies = {line["currency"] for line in lines}
    if len(currencies) > 1:
        raise InvalidRequest(
            "All prices of a Checkout Session must have the same currency.", param="line_items"
        )
    return str(currencies.pop())


def _expiry(box: Sandbox, params: Json) -> int:
    now = box.now()
    expiry = int(params.get("expires_at", now + DAY))
    # a few seconds of grace: the caller's clock read the time before the request was sent
    if not now + MINIMUM_LIFE - 10 <= expiry <= now + DAY + 10:
        raise InvalidRequest(
            "The `expires_at` timestamp must be between 30 minutes and 24 hours from Checkout "
            "Session creation.",
            param="expires_at",
        )
    return expiry


def method_types(currency: str) -> list[str]:
    delayed = BANK_TYPE_OF.get(currency)
    return ["card", delayed] if delayed else ["card"]


def _line_items(box: Sandbox, session: Json) -> Json:
    url = f"/v1/checkout/sessions/{session['id']}/line_items"
    return listing.whole_page(lines_of(box, session), url)


INCLUDABLE["checkout.session", "line_items"] = _line_items
