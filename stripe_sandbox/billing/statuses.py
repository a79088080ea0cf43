"""How a subscription follows its invoices."""

from typing import Any

from stripe_sandbox import events
from stripe_sandbox.billing import agenda, canceling, collection, invoicing
from stripe_sandbox.billing.collection import Change
from stripe_sandbox.errors import Json
from stripe_sandbox.payments import setups
from stripe_sandbox.sandbox import Sandbox

SETTLED = ("paid", "processing", "voided", "uncollectible")
OWING = ("past_due", "unpaid")


def set_status(box: Sandbox, subscription: Json, status: str, **values: Any) -> None:
    with events.updating(box, "customer.subscription.updated", subscription):
        subscription.update(status=status, **values)
    agenda.plan(box, subscription)


def follow(box: Sandbox, invoice: Json, change: Change) -> None:
    subscription = invoicing.subscription_of(box, invoice)
    if subscription is None or subscription["status"] in agenda.ENDED:
        return
    if change == "paid":
        _keep_method(box, subscription, invoice)
    pending = box.store.private(subscription["id"]).get("pending") or {}
    if pending.get("invoice") == invoice["id"]:
        return  # a change that was not paid leaves everything as it was
    is_latest = subscription["latest_invoice"] == invoice["id"]
    if change == "exhausted":
        _give_up(box, subscription)
    elif is_latest and change in SETTLED:
        _settle(box, subscription, invoice, change)
    elif is_latest and change in ("failed", "overdue") and subscription["status"] == "active":
        set_status(box, subscription, "past_due")


def hold(box: Sandbox, invoice: Json) -> bool:
    """Invoices of a subscription whose collection is paused are not collected."""
    subscription = invoicing.subscription_of(box, invoice)
    pause = subscription["pause_collection"] if subscription else None
    if not pause or pause["behavior"] == "keep_as_draft":
        return False
    is_void = pause["behavior"] == "void"
    collection.close(box, invoice, "voided" if is_void else "uncollectible", "subscription_paused")
    return True


def take_method(box: Sandbox, intent: Json) -> None:
    """A card was saved for a subscription whose trial costs nothing yet."""
    id = box.store.private(intent["id"]).get("subscription")
    subscription = box.store.get(id) if id else None
    if subscription and intent["status"] == "succeeded":
        with events.updating(box, "customer.subscription.updated", subscription):
            subscription["pending_setup_intent"] = None
            if _keeps_method(subscription):
                subscription["default_payment_method"] = intent["payment_method"]


def _settle(box: Sandbox, subscription: Json, invoice: Json, change: Change) -> None:
    status = subscription["status"]
    if status == "incomplete":
        if change == "voided":
            canceling.expire(box, subscription)
        elif change in ("paid", "processing"):
            set_status(box, subscription, "active")
    elif status in OWING and change != "processing":
        set_status(box, subscription, "active")
    elif status == "paused" and change in ("paid", "uncollectible"):
        private = box.store.private(subscription["id"])
        if private.pop("resumes_with", None) == invoice["id"]:
            private.pop("resumes_until", None)
            set_status(box, subscription, "active", status_details=None)
            events.emit(box, "customer.subscription.resumed", subscription)


def _give_up(box: Sandbox, subscription: Json) -> None:
    """The last try to collect has failed."""
    if box.billing.final_action == "cancel":
        canceling.cancel(box, subscription, {"reason": "payment_failed"})
    elif box.billing.final_action == "unpaid":
        set_status(box, subscription, "unpaid")


def _keep_method(box: Sandbox, subscription: Json, invoice: Json) -> None:
    """Renewals are paid with what paid, if the subscription says so."""
    if not _keeps_method(subscription):
        return
    where = "AND json_extract(body, '$.invoice') = ? AND json_extract(body, '$.status') = 'paid'"
    for payment in box.store.select("invoice_payment", where, (invoice["id"],)):
        intent = box.store.require("payment_intent", payment["payment"]["payment_intent"])
        with events.updating(box, "customer.subscription.updated", subscription):
            subscription["default_payment_method"] = intent["payment_method"]


def _keeps_method(subscription: Json) -> bool:
    settings = subscription["payment_settings"] or {}
    return bool(settings.get("save_default_payment_method") == "on_subscription")


collection.ON_CHANGE.append(follow)
collection.HOLDS.append(hold)
setups.ON_OUTCOME.append(take_method)
