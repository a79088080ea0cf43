"""Ends of subscriptions: at once, later, or never after all."""

from stripe_sandbox import events, shapes
from stripe_sandbox.billing import agenda, collection, finalizing, invoicing, members, proration
from stripe_sandbox.errors import Json, no_such
from stripe_sandbox.resources import customers
from stripe_sandbox.sandbox import Sandbox

REQUESTED = {"reason": "cancellation_requested"}


def cancel(
    box: Sandbox,
    subscription: Json,
    details: Json | None = None,
    *,
    prorate: bool = False,
    invoice_now: bool = False,
) -> None:
    """End it now. Raises `resource_missing` when it has ended already, as Stripe does."""
    if subscription["status"] in agenda.ENDED:
        raise no_such("subscription", subscription["id"])
    if subscription["status"] == "incomplete":
        expire(box, subscription)
        return
    now = box.now(subscription)
    if prorate:
        for item in members.of(subscription):
            proration.credit(box, subscription, item, now)
    if invoice_now and (invoice := last_invoice(box, subscription)):
        subscription["latest_invoice"] = invoice["id"]
        finalizing.advance(box, invoice)
    if not prorate and not invoice_now:
        _drop_prorations(box, subscription)
    _note(subscription, details)
    subscription.update(
        canceled_at=subscription["canceled_at"] or now, ended_at=now, status="canceled"
    )
    _stop(box, subscription)
    events.emit(box, "customer.subscription.deleted", subscription)


def cancel_later(
    box: Sandbox,
    subscription: Json,
    at: int,
    details: Json | None = None,
    *,
    at_period_end: bool = False,
) -> None:
    """The flag stays false for the portal, which sets the time only."""
    _note(subscription, details)
    subscription.update(
        cancel_at=at, cancel_at_period_end=at_period_end, canceled_at=box.now(subscription)
    )
    agenda.plan(box, subscription)


def keep(box: Sandbox, subscription: Json) -> None:
    """Undo `cancel_later`."""
    subscription.update(
        cancel_at=None, cancel_at_period_end=False, canceled_at=None, cancellation_details=None
    )
    agenda.plan(box, subscription)


def end(box: Sandbox, subscription: Json) -> None:
    """The time to end has come; what was still to be billed is billed."""
    if invoice := last_invoice(box, subscription):
        subscription["latest_invoice"] = invoice["id"]
        finalizing.advance(box, invoice)
    now = box.now(subscription)
    subscription.update(ended_at=now, status="canceled")
    _stop(box, subscription)
    events.emit(box, "customer.subscription.deleted", subscription)


def expire(box: Sandbox, subscription: Json) -> None:
    """The first invoice was not paid in time."""
    with events.updating(box, "customer.subscription.updated", subscription):
        subscription.update(ended_at=box.now(subscription), status="incomplete_expired")
    _stop(box, subscription)
    invoice = box.store.get(subscription["latest_invoice"] or "")
    if invoice and invoice["status"] == "open":
        collection.close(box, invoice, "voided")


def last_invoice(box: Sandbox, subscription: Json) -> Json | None:
    """A draft of what waits to be billed; None when nothing does."""
    if not has_pending(box, subscription):
        return None
    customer = box.store.require("customer", subscription["customer"])
    invoice = invoicing.draft(
        box,
        customer,
        "subscription_update",
        subscription["currency"],
        collection_method=subscription["collection_method"],
        discounts=list(subscription["discounts"]),
        parent=invoicing.parent(subscription),
    )
    invoicing.add_pending(box, invoice, subscription["id"])
    invoicing.announce(box, invoice)
    return invoice


def cancel_all(box: Sandbox, customer: Json) -> None:
    """A deleted customer takes their subscriptions along, and nobody collects any more."""
    where = "AND json_extract(body, '$.customer') = ?"
    for subscription in box.store.select("subscription", where, (customer["id"],)):
        if subscription["status"] not in agenda.ENDED:
            cancel(box, subscription)
    for invoice in box.store.select("invoice", where, (customer["id"],)):
        collection.stop(box, invoice)


def has_pending(box: Sandbox, subscription: Json) -> bool:
    return bool(invoicing.pending_items(box, subscription["customer"], subscription["id"]))


def _drop_prorations(box: Sandbox, subscription: Json) -> None:
    for item in invoicing.pending_items(box, subscription["customer"], subscription["id"]):
        if item["proration"] and item["parent"]:
            events.emit(box, "invoiceitem.deleted", item)
            box.store.remove(item["id"])


def _note(subscription: Json, details: Json | None) -> None:
    known = subscription["cancellation_details"] or {}
    subscription["cancellation_details"] = shapes.fill(
        "subscription:cancellation_details", {**known, **REQUESTED, **(details or {})}
    )


def _stop(box: Sandbox, subscription: Json) -> None:
    """Open invoices stay, but nothing collects them by itself any more."""
    agenda.plan(box, subscription)
    _stop_schedule(box, subscription)
    where = (
        "AND json_extract(body, '$.parent.subscription_details.subscription') = ? "
        "AND json_extract(body, '$.status') IN ('draft', 'open')"
    )
    for invoice in box.store.select("invoice", where, (subscription["id"],)):
        collection.stop(box, invoice)
        invoice.update(auto_advance=False, automatically_finalizes_at=None)


def _stop_schedule(box: Sandbox, subscription: Json) -> None:
    schedule = box.store.get(subscription["schedule"] or "")
    if schedule and schedule["status"] == "active":
        now = box.now(subscription)
        schedule.update(canceled_at=now, current_phase=None, status="canceled")
        events.emit(box, "subscription_schedule.canceled", schedule)


customers.BEFORE_DELETION.append(cancel_all)
