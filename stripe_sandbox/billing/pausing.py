"""Subscriptions that are paused: nothing is billed until they are resumed."""

from stripe_sandbox import events
from stripe_sandbox.billing import agenda, canceling, finalizing, members, proration
from stripe_sandbox.errors import InvalidRequest, Json
from stripe_sandbox.sandbox import Sandbox


def pause_by_request(box: Sandbox, subscription: Json, params: Json) -> None:
    """With credit for the unused time, unless that is not wanted."""
    if subscription["schedule"]:
        raise InvalidRequest("You cannot pause a subscription with an attached schedule.")
    if subscription["status"] not in ("active", "trialing", "past_due"):
        raise InvalidRequest(f"A subscription that is {subscription['status']} cannot be paused.")
    since = ((params.get("bill_for") or {}).get("unused_time_from") or {}).get("type", "now")
    for item in members.of(subscription) if since != "none" else ():
        is_whole = since == "item_current_period_start"
        at = item["current_period_start"] if is_whole else box.now(subscription)
        proration.credit(box, subscription, item, at)
    params.get("type")  # there is only one
    pause(box, subscription, "pause_requested")
    if params.get("invoicing_behavior") == "invoice":
        invoice = canceling.last_invoice(box, subscription)
        if invoice:
            subscription["latest_invoice"] = invoice["id"]
            finalizing.advance(box, invoice)


def pause(box: Sandbox, subscription: Json, why: str) -> None:
    with events.updating(box, "customer.subscription.updated", subscription):
        subscription["status"] = "paused"
        subscription["status_details"] = {
            "paused": {
                "type": "subscription",
                "subscription": {"type": why},
                "transitioned_at": box.now(subscription),
            }
        }
    agenda.plan(box, subscription)
    events.emit(box, "customer.subscription.paused", subscription)
