"""Where a Checkout Session is delivered to, and what that costs."""

from stripe_sandbox import shapes
from stripe_sandbox.errors import InvalidRequest, Json, NotBuilt
from stripe_sandbox.payments import checkout_prices
from stripe_sandbox.sandbox import Sandbox

MOST_OPTIONS = 5


def offer(box: Sandbox, session: Json, params: Json) -> None:
    """Ask for the address, and offer ways to deliver; the first is chosen until the buyer does."""
    asked = params.get("shipping_address_collection")
    options: list[Json] = params.get("shipping_options") or []
    if len(options) > MOST_OPTIONS:
        raise InvalidRequest(
            f"You may only specify up to {MOST_OPTIONS} shipping options.", param="shipping_options"
        )
    if asked:
        place = "checkout.session:shipping_address_collection"
        session["shipping_address_collection"] = shapes.fill(place, asked)
    rates = [_rate(box, session, option, index) for index, option in enumerate(options)]
    session["shipping_options"] = [
        {"shipping_amount": rate["fixed_amount"]["amount"], "shipping_rate": rate["id"]}
        for rate in rates
    ]
    if rates:
        _take(session, rates[0])


def choose(box: Sandbox, session: Json, rate_id: str) -> None:
    """Deliver by one of the options. Raises InvalidRequest for any other."""
    if rate_id not in {option["shipping_rate"] for option in session["shipping_options"]}:
        raise InvalidRequest("Choose one of the shipping methods.", param="shipping_rate")
    _take(session, box.store.require("shipping_rate", rate_id))
    checkout_prices.price(box, session, box.store.private(session["id"])["discounts"])


def rates_of(box: Sandbox, session: Json) -> list[Json]:
    ids = [option["shipping_rate"] for option in session["shipping_options"]]
    return [box.store.require("shipping_rate", id) for id in ids]


def _rate(box: Sandbox, session: Json, option: Json, index: int) -> Json:
    data = option.get("shipping_rate_data")
    place = f"shipping_options[{index}]"
    if data is None:
        raise NotBuilt("The sandbox has built shipping_rate_data only.", param=place)
    amount = data.get("fixed_amount")
    if amount is None:
        raise InvalidRequest(
            "`fixed_amount` is required when `type` is `fixed_amount`.", param=place
        )
    if amount["currency"].lower() != session["currency"]:
        raise InvalidRequest(
            "The currency of the shipping rate does not match that of the line items.", param=place
        )
    rate = box.new(
        "shipping_rate",
        active=True,
        display_name=data["display_name"],
        fixed_amount={"amount": amount["amount"], "currency": amount["currency"].lower()},
        tax_behavior=data.get("tax_behavior", "unspecified"),
        type="fixed_amount",
    )
    shapes.assign(rate, data, "delivery_estimate")
    shapes.assign_metadata(rate, data)
    return rate


def _take(session: Json, rate: Json) -> None:
    amount = rate["fixed_amount"]["amount"]
    cost = {"amount_subtotal": amount, "amount_total": amount, "shipping_rate": rate["id"]}
    session["shipping_cost"] = shapes.fill("checkout.session:shipping_cost", cost)
