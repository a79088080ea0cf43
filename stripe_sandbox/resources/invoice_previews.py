"""What would be billed, without billing it."""

from stripe_sandbox.billing import (
    agenda,
    canceling,
    changing,
    invoicing,
    items,
    members,
    previewing,
    proration,
    renewing,
    subscribing,
)
from stripe_sandbox.errors import InvalidRequest, Json, NotBuilt, NotFound
from stripe_sandbox.http.operations import Call, operation
from stripe_sandbox.sandbox import Sandbox

BUILT = {
    "billing_cycle_anchor", "cancel_at", "cancel_at_period_end", "cancel_now", "items",
    "proration_behavior", "proration_date", "trial_end",
}  # fmt: skip


@operation("post", "/v1/invoices/create_preview")
def create(call: Call) -> Json:
    box, params = call.box, call.params
    details = params.get("subscription_details") or {}
    if unbuilt := set(details) - BUILT:
        raise NotBuilt(f"The sandbox does not preview {', '.join(sorted(unbuilt))}.")
    if params.get("preview_mode") == "recurring":
        raise NotBuilt("The sandbox previews the next invoice only.", param="preview_mode")
    given = {name: params.get(name) for name in ("customer", "currency", "discounts")}
    given = {name: value for name, value in given.items() if value is not None}
    extra = params.get("invoice_items") or []
    if id := params.get("subscription"):
        subscription = box.store.require("subscription", id, "subscription")
        return previewing.foresee(
            box, lambda: _of_subscription(box, subscription, details, given, extra)
        )
    if not given.get("customer"):
        raise InvalidRequest("You must specify a customer or a subscription.", param="customer")
    return previewing.foresee(box, lambda: _of_customer(box, details, given, extra))


def _of_subscription(
    box: Sandbox, subscription: Json, details: Json, given: Json, extra: list[Json]
) -> Json:
    if subscription["status"] in agenda.ENDED:
        raise _nothing(subscription)
    for item in extra:
        items.make(box, {**item, "customer": subscription["customer"]})
    if "discounts" in given:
        changing.redeem(box, subscription, given)
    if details.get("cancel_now"):
        return _of_end(box, subscription)
    at_once = changing.change(box, subscription, details)
    changing.set_cancellation(box, subscription, details)
    return at_once or _next(box, subscription)


def _next(box: Sandbox, subscription: Json) -> Json:
    """The invoice at the end of the period, or of the trial."""
    if subscription["status"] == "trialing":
        subscription["status"] = "active"
    ends = subscription["cancel_at"]
    if not ends or ends > agenda.next_end(subscription):
        return renewing.bill_next_period(box, subscription)
    invoice = canceling.last_invoice(box, subscription)
    if invoice is None:
        raise _nothing(subscription)
    return invoice


def _of_end(box: Sandbox, subscription: Json) -> Json:
    for item in members.of(subscription):
        proration.credit(box, subscription, item, box.now(subscription))
    invoice = canceling.last_invoice(box, subscription)
    if invoice is None:
        raise _nothing(subscription)
    return invoice


def _of_customer(box: Sandbox, details: Json, given: Json, extra: list[Json]) -> Json:
    customer = box.store.require("customer", given["customer"], "customer")
    if details.get("items"):
        for item in extra:
            items.make(box, {**item, "customer": customer["id"]})
        subscription = subscribing.build(box, {**given, **details})
        return subscribing.bill_first(box, subscription, {})
    for item in extra:
        items.make(box, {**item, "customer": customer["id"]})
    currency = given.get("currency") or customer["currency"] or "eur"
    invoice = invoicing.draft(box, customer, "manual", currency)
    invoicing.add_pending(box, invoice)
    invoicing.announce(box, invoice)
    return invoice


def _nothing(subscription: Json) -> NotFound:
    return NotFound(
        f"No upcoming invoices for subscription: {subscription['id']}",
        code="invoice_upcoming_none",
    )
