"""Changes that count only once they are paid (`payment_behavior=pending_if_incomplete`)."""

import json
from typing import Any

from stripe_sandbox import events, shapes
from stripe_sandbox.billing import agenda, changing, collection, finalizing, invoicing, renewing
from stripe_sandbox.billing.collection import Change
from stripe_sandbox.errors import InvalidRequest, Json
from stripe_sandbox.sandbox import Sandbox

# What a change changes, and so what waits.
STATE = ("billing_cycle_anchor", "items", "status", "trial_end", "trial_start")
SUPPORTED = {
    "billing_cycle_anchor", "expand", "items", "off_session", "payment_behavior",
    "proration_behavior", "proration_date", "trial_end",
}  # fmt: skip


def update(box: Sandbox, subscription: Json, params: Json) -> None:
    """With the parameters of POST /v1/subscriptions/{id}, whichever the payment behavior."""
    if params.get("payment_behavior") != "pending_if_incomplete":
        changing.update(box, subscription, params)
        return
    if unsupported := set(params) - SUPPORTED:
        raise InvalidRequest(
            "These parameters cannot be used with `payment_behavior=pending_if_incomplete`: "
            f"{', '.join(sorted(unsupported))}.",
            param=min(unsupported),
        )
    changing.check(subscription, params)
    with events.updating(box, "customer.subscription.updated", subscription):
        _drop(box, subscription)
        _try(box, subscription, params)
    agenda.plan(box, subscription)


def follow(box: Sandbox, invoice: Json, change: Change) -> None:
    """Let the change follow its invoice."""
    subscription = invoicing.subscription_of(box, invoice)
    if subscription is None or not is_waited_for(box, subscription, invoice):
        return
    if change == "paid":
        with events.updating(box, "customer.subscription.updated", subscription):
            _apply(box, subscription)
        agenda.plan(box, subscription)
    elif change == "voided":
        expire(box, subscription)


def expire(box: Sandbox, subscription: Json) -> None:
    """It was not paid in time, or its invoice was voided."""
    with events.updating(box, "customer.subscription.updated", subscription):
        _drop(box, subscription)
    agenda.plan(box, subscription)


def _try(box: Sandbox, subscription: Json, params: Json) -> None:
    private = box.store.private(subscription["id"])
    before, billed = _state(subscription), _copy(private.get("billed", {}))
    invoice = changing.change(box, subscription, params)
    if invoice is None:
        return
    after = _state(subscription)
    private["pending"] = {"invoice": invoice["id"], "state": after, "billed": private["billed"]}
    private["billed"] = billed
    subscription.update(before)
    invoice["auto_advance"] = False
    finalizing.finalize(box, invoice)
    if invoice["status"] == "open":
        collection.try_pay(box, invoice)
    if "pending" in private:
        expires_at = box.now(subscription) + agenda.PAYABLE_FOR
        subscription["pending_update"] = _shown(before, after, expires_at)


def _apply(box: Sandbox, subscription: Json) -> None:
    private = box.store.private(subscription["id"])
    pending = private.pop("pending")
    private["billed"] = pending["billed"]
    subscription.update(pending["state"])
    if subscription["pending_update"]:
        subscription["pending_update"] = None
        events.emit(box, "customer.subscription.pending_update_applied", subscription)


def _drop(box: Sandbox, subscription: Json) -> None:
    pending = box.store.private(subscription["id"]).pop("pending", None)
    if pending is None:
        return
    subscription["pending_update"] = None
    invoice = box.store.require("invoice", pending["invoice"])
    if invoice["status"] == "open":
        collection.close(box, invoice, "voided")
    events.emit(box, "customer.subscription.pending_update_expired", subscription)


def is_waited_for(box: Sandbox, subscription: Json, invoice: Json) -> bool:
    pending = box.store.private(subscription["id"]).get("pending") or {}
    return bool(pending.get("invoice") == invoice["id"])


def _state(subscription: Json) -> Json:
    state: Json = _copy({name: subscription[name] for name in STATE})
    return state


def _shown(before: Json, after: Json, expires_at: int) -> Json:
    values = {
        name: after[name]
        for name in ("billing_cycle_anchor", "trial_end")
        if after[name] != before[name]
    }
    items = after["items"]["data"]
    return shapes.fill(
        "subscription:pending_update",
        {**values, "expires_at": expires_at, "subscription_items": items},
    )


def _copy(value: Any) -> Any:
    return json.loads(json.dumps(value))


collection.ON_CHANGE.append(follow)
renewing.DO["expire_pending_update"] = expire
