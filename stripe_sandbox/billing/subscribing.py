"""New subscriptions and their first invoice."""

from typing import Any

from stripe_sandbox import events, shapes
from stripe_sandbox.billing import (
    agenda,
    collection,
    discounts,
    finalizing,
    invoicing,
    items,
    lines,
    members,
    periods,
    proration,
    renewing,
)
from stripe_sandbox.billing.redemption import Purchase
from stripe_sandbox.errors import CardDeclined, InvalidCard, InvalidRequest, Json, NotBuilt
from stripe_sandbox.resources import setup_intents
from stripe_sandbox.sandbox import Sandbox

FIELDS = (
    "collection_method", "days_until_due", "default_payment_method", "description",
    "invoice_settings", "payment_settings", "trial_settings",
)  # fmt: skip
END_BEHAVIOR = {"billing_cycle_anchor": None, "missing_payment_method": "create_invoice"}
NO_METHOD = (
    "This customer has no attached payment source or default payment method. Please consider "
    "adding a default payment method."
)


def create(box: Sandbox, params: Json) -> Json:
    """Raises InvalidRequest when there is nothing to pay with, unless that may come later."""
    subscription = build(box, params)
    behavior = params.get("payment_behavior", "allow_incomplete")
    if behavior == "pending_if_incomplete":
        raise InvalidRequest(
            "`payment_behavior` must not be `pending_if_incomplete` when creating.",
            param="payment_behavior",
        )
    events.emit(box, "customer.subscription.created", subscription)
    invoice = bill_first(box, subscription, params)
    if subscription["collection_method"] == "charge_automatically":
        finalizing.finalize(box, invoice)
        if invoice["status"] == "open" and behavior != "default_incomplete":
            collect(box, invoice, behavior)
        if subscription["status"] == "trialing" and behavior == "default_incomplete":
            _ask_for_method(box, subscription)
    agenda.plan(box, subscription)
    return subscription


def build(box: Sandbox, params: Json) -> Json:
    """The subscription itself, of which nobody has heard and for which nothing was billed."""
    _refuse_unbuilt(params)
    if not params.get("customer"):
        raise InvalidRequest("Missing required param: customer.", param="customer")
    customer = box.store.require("customer", params["customer"], "customer")
    now = box.now(customer)
    trial_end = trial_end_of(params, now)
    subscription = box.new(
        "subscription",
        billing_cycle_anchor=trial_end or now,
        billing_mode={
            "type": "flexible",
            "flexible": {"proration_discounts": "included"},
            "updated_at": now,
        },
        customer=customer["id"],
        invoice_settings=_filled("invoice_settings", issuer={"account": None, "type": "self"}),
        metadata={},
        payment_settings=_filled("payment_settings", save_default_payment_method="off"),
        start_date=now,
        status="trialing" if trial_end else "incomplete",
        test_clock=customer["test_clock"],
        trial_end=trial_end,
        trial_settings={"end_behavior": dict(END_BEHAVIOR)},
        trial_start=now if trial_end else None,
    )
    _fill(box, subscription, params)
    if subscription["collection_method"] == "send_invoice" and not trial_end:
        subscription["status"] = "active"
    _add_items(box, subscription, params, now)
    _redeem(box, subscription, params)
    _set_cancellation(box, subscription, params)
    return subscription


def bill_first(
    box: Sandbox, subscription: Json, params: Json, *, takes_pending: bool = True
) -> Json:
    """A draft of the first invoice, also of one without an amount during a trial."""
    now = box.now(subscription)
    invoice = renewing.draft(box, subscription, "subscription_create", (now, now))
    extra = [
        items.make(
            box, {**given, "customer": subscription["customer"]}, f"add_invoice_items[{index}]"
        )
        for index, given in enumerate(params.get("add_invoice_items") or [])
    ]
    if takes_pending:
        invoicing.add_pending(box, invoice, subscription["id"])
    else:
        for item in extra:
            lines.add_item(box, invoice, item)
    for item in members.of(subscription):
        lines.add_period(box, invoice, subscription, item)
    invoicing.announce(box, invoice)
    proration.remember(box, subscription, invoice)
    subscription["latest_invoice"] = invoice["id"]
    renewing.use_up_discounts(box, subscription, invoice)
    return invoice


def collect(box: Sandbox, invoice: Json, behavior: str) -> None:
    """Raises InvalidCard, so that nothing remains, if the behavior is `error_if_incomplete`."""
    if collection.method_of(box, invoice) is None:
        raise InvalidRequest(NO_METHOD, code="resource_missing")
    try:
        collection.pay(box, invoice)
    except CardDeclined as declined:
        if behavior == "error_if_incomplete":
            details = {name: declined.details.get(name) for name in ("code", "decline_code")}
            raise InvalidCard(declined.message, **details) from None


def trial_end_of(params: Json, now: int) -> int | None:
    end, days = params.get("trial_end"), params.get("trial_period_days")
    if end and days:
        raise InvalidRequest(
            "You may only specify one of these parameters: trial_end, trial_period_days."
        )
    if days:
        return int(now + days * agenda.DAY)
    if end in (None, "now"):
        return None
    if end <= now:
        raise InvalidRequest(
            "Invalid timestamp: must be an integer Unix timestamp in the future.",
            param="trial_end",
        )
    return int(end)


def _refuse_unbuilt(params: Json) -> None:
    if (params.get("billing_mode") or {}).get("type", "flexible") != "flexible":
        raise NotBuilt("The sandbox has built the flexible billing mode only.")
    if params.get("trial_from_plan"):
        raise NotBuilt("The sandbox has not built trials of plans.", param="trial_from_plan")
    for name in ("proration_behavior", "off_session"):
        params.get(name)  # nothing is prorated at the start, and saved cards are charged either way
    if (params.get("automatic_tax") or {}).get("enabled"):
        raise NotBuilt("The sandbox has no tax engine.", param="automatic_tax")


def _filled(name: str, **values: Any) -> Json:
    return shapes.fill(f"subscription:{name}", values)


def _fill(box: Sandbox, subscription: Json, params: Json) -> None:
    if method := params.get("default_payment_method"):
        box.store.require("payment_method", method, "default_payment_method")
    shapes.assign(subscription, params, *FIELDS)
    shapes.assign_metadata(subscription, params)
    sends = subscription["collection_method"] == "send_invoice"
    if sends and subscription["days_until_due"] is None:
        raise InvalidRequest(
            "When `collection_method` is set to `send_invoice`, `days_until_due` is required.",
            param="days_until_due",
        )


def _add_items(box: Sandbox, subscription: Json, params: Json, now: int) -> None:
    given = params.get("items") or []
    if not given:
        raise InvalidRequest("Missing required param: items.", param="items")
    for index, member in enumerate(given):
        item = members.add(box, subscription, member, f"items[{index}]")
        subscription["currency"] = item["price"]["currency"]
        end = subscription["trial_end"]
        if end is None:
            _, end = periods.period_at(now, item["price"]["recurring"], now)
        item.update(current_period_start=now, current_period_end=end)
    wished = params.get("currency")
    if wished and wished.lower() != subscription["currency"]:
        raise InvalidRequest(
            f"The price specified does not support the currency {wished}.",
            param="currency",
        )
    subscription["items"]["url"] = f"/v1/subscription_items?subscription={subscription['id']}"


def _redeem(box: Sandbox, subscription: Json, params: Json) -> None:
    given = params.get("discounts") or []
    at, customer = box.now(subscription), subscription["customer"]
    purchase = Purchase(subscription["currency"], at, customer)
    made = discounts.make_all(box, given, purchase, subscription=subscription["id"])
    subscription["discounts"] = [discount["id"] for discount in made]


def _set_cancellation(box: Sandbox, subscription: Json, params: Json) -> None:
    at = params.get("cancel_at")
    if params.get("cancel_at_period_end") or at in ("min_period_end", "max_period_end"):
        subscription["cancel_at_period_end"] = bool(params.get("cancel_at_period_end"))
        at = members.period_end(subscription)
    if at:
        subscription.update(cancel_at=at, canceled_at=box.now(subscription))


def _ask_for_method(box: Sandbox, subscription: Json) -> None:
    """A trial costs nothing yet; the buyer can save a card for its end."""
    if not renewing.has_method(box, subscription):
        params = {"customer": subscription["customer"], "usage": "off_session"}
        intent = setup_intents.make(box, params)
        box.store.private(intent["id"])["subscription"] = subscription["id"]
        subscription["pending_setup_intent"] = intent["id"]
