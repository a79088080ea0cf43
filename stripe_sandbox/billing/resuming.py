"""A paused subscription starts again, with a new cycle that is billed at once."""

from stripe_sandbox import events
from stripe_sandbox.billing import agenda, collection, finalizing, members, periods, renewing
from stripe_sandbox.errors import InvalidRequest, Json
from stripe_sandbox.sandbox import Sandbox


def resume(box: Sandbox, subscription: Json, params: Json) -> None:
    """It is active at once, or, with `resume_on_payment_success`, when its invoice is paid."""
    if subscription["status"] != "paused":
        raise InvalidRequest("This subscription is not paused, so it cannot be resumed.")
    waits = params.get("payment_behavior") == "resume_on_payment_success"
    params.get("proration_behavior")  # a paused subscription has nothing to prorate
    params.get("proration_date")
    private = box.store.private(subscription["id"])
    if not waits:
        start_again(box, subscription)
    invoice = None
    if (params.get("billing_cycle_anchor") or {}).get("type", "now") == "now":
        invoice = _new_cycle(box, subscription)
        private["resumes_with"] = invoice["id"] if waits else None
    elif waits:
        start_again(box, subscription)
    agenda.plan(box, subscription)
    if invoice:
        finalizing.finalize(box, invoice)
        if invoice["status"] == "open":
            collection.try_pay(box, invoice)


def start_again(box: Sandbox, subscription: Json) -> None:
    with events.updating(box, "customer.subscription.updated", subscription):
        subscription.update(status="active", status_details=None)
    events.emit(box, "customer.subscription.resumed", subscription)


def _new_cycle(box: Sandbox, subscription: Json) -> Json:
    now = box.now(subscription)
    with events.updating(box, "customer.subscription.updated", subscription):
        subscription["billing_cycle_anchor"] = now
        for item in members.of(subscription):
            _, end = periods.period_at(now, item["price"]["recurring"], now)
            item.update(current_period_start=now, current_period_end=end)
        due, period = members.of(subscription), (now, now)
        return renewing.bill(box, subscription, due, reason="subscription_update", period=period)
