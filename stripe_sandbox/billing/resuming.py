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
        if waits:
            until = box.now(subscription) + agenda.PAYABLE_FOR
            private.update(resumes_with=invoice["id"], resumes_until=until)
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


def give_up(box: Sandbox, subscription: Json) -> None:
    """The invoice was not paid in time: the subscription stays paused."""
    private = box.store.private(subscription["id"])
    private.pop("resumes_until")
    invoice = box.store.get(private.pop("resumes_with"))
    if invoice and invoice["status"] == "open":
        collection.close(box, invoice, "voided")


def _new_cycle(box: Sandbox, subscription: Json) -> Json:
    now = box.now(subscription)
    with events.updating(box, "customer.subscription.updated", subscription):
        subscription["billing_cycle_anchor"] = now
        for item in members.of(subscription):
            _, end = periods.period_at(now, item["price"]["recurring"], now)
            item.update(current_period_start=now, current_period_end=end)
        due, period = members.of(subscription), (now, now)
        return renewing.bill(box, subscription, due, reason="subscription_update", period=period)


renewing.DO["give_up_resuming"] = give_up
