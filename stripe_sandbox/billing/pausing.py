"""Subscriptions that are paused: nothing is billed until they are resumed."""

from stripe_sandbox import events
from stripe_sandbox.billing import agenda
from stripe_sandbox.errors import Json
from stripe_sandbox.sandbox import Sandbox


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
