"""Subscriptions as time passes: renewals, ends of trials, announcements."""

from collections.abc import Callable

from stripe_sandbox import events, timers
from stripe_sandbox.billing import (
    agenda,
    canceling,
    discounts,
    finalizing,
    invoicing,
    lines,
    members,
    pausing,
    periods,
    previewing,
    proration,
)
from stripe_sandbox.errors import Json
from stripe_sandbox.sandbox import Sandbox


@timers.action("subscription_due")
def run(box: Sandbox, id: str) -> None:
    subscription = box.store.get(id)
    if subscription is None or subscription.get("deleted"):
        return
    moments = agenda.upcoming(box, subscription)
    if moments and min(moments)[0] <= box.now(subscription):
        DO[min(moments)[2]](box, subscription)
    agenda.plan(box, subscription)


def renew(box: Sandbox, subscription: Json) -> None:
    """The periods that are over start anew, billed by a draft that finalizes itself later."""
    with events.updating(box, "customer.subscription.updated", subscription):
        invoice = bill_next_period(box, subscription)
    if box.billing.finalize_after == 0 and invoice["auto_advance"]:
        finalizing.advance(box, invoice)


def bill_next_period(box: Sandbox, subscription: Json) -> Json:
    """Move the items on and draft their invoice."""
    at = agenda.next_end(subscription)
    start = min(item["current_period_start"] for item in members.of(subscription))
    due = [item for item in members.of(subscription) if item["current_period_end"] <= at]
    for item in due:
        _move_on(subscription, item)
    return bill(box, subscription, due, reason="subscription_cycle", period=(start, at))


def bill(
    box: Sandbox, subscription: Json, due: list[Json], *, reason: str, period: tuple[int, int]
) -> Json:
    """An announced draft: what waited, then the current periods of these items."""
    invoice = draft(box, subscription, reason, period)
    invoicing.add_pending(box, invoice, subscription["id"])
    for item in due:
        lines.add_period(box, invoice, subscription, item)
    invoicing.announce(box, invoice)
    proration.remember(box, subscription, invoice)
    subscription["latest_invoice"] = invoice["id"]
    use_up_discounts(box, subscription, invoice)
    return invoice


def draft(box: Sandbox, subscription: Json, reason: str, period: tuple[int, int]) -> Json:
    """Renewals finalize themselves later; all others wait for whoever asked for them."""
    customer = box.store.require("customer", subscription["customer"])
    invoice = invoicing.draft(
        box,
        customer,
        reason,
        subscription["currency"],
        collection_method=subscription["collection_method"],
        description=subscription["description"],
        discounts=list(subscription["discounts"]),
        parent=invoicing.parent(subscription),
        period_end=period[1],
        period_start=period[0],
    )
    now = box.now(subscription)
    if subscription["collection_method"] == "send_invoice":
        invoice["due_date"] = now + (subscription["days_until_due"] or 30) * agenda.DAY
    if _is_kept_as_draft(subscription):
        invoice["auto_advance"] = False
    elif reason == "subscription_cycle" or subscription["collection_method"] == "send_invoice":
        invoice["automatically_finalizes_at"] = now + box.billing.finalize_after
    return invoice


def end_trial(box: Sandbox, subscription: Json) -> None:
    behavior = subscription["trial_settings"]["end_behavior"]["missing_payment_method"]
    is_charged = subscription["collection_method"] == "charge_automatically"
    if is_charged and behavior != "create_invoice" and not has_method(box, subscription):
        if behavior == "pause":
            pausing.pause(box, subscription, "trial_end_without_payment_method")
        else:
            canceling.cancel(box, subscription)
        return
    with events.updating(box, "customer.subscription.updated", subscription):
        subscription["status"] = "active"
        invoice = bill_next_period(box, subscription)
    if box.billing.finalize_after == 0:
        finalizing.advance(box, invoice)


def has_method(box: Sandbox, subscription: Json) -> bool:
    customer = box.store.require("customer", subscription["customer"])
    return bool(
        subscription["default_payment_method"]
        or customer["invoice_settings"]["default_payment_method"]
    )


def announce_trial_end(box: Sandbox, subscription: Json) -> None:
    agenda.note_told(box, subscription, "announce_trial_end", subscription["trial_end"])
    events.emit(box, "customer.subscription.trial_will_end", subscription)


def announce_renewal(box: Sandbox, subscription: Json) -> None:
    agenda.note_told(box, subscription, "announce_renewal", agenda.next_end(subscription))
    coming = previewing.foresee(box, lambda: bill_next_period(box, subscription))
    events.emit(box, "invoice.upcoming", {**coming, "billing_reason": "upcoming"})


def collect_again(box: Sandbox, subscription: Json) -> None:
    with events.updating(box, "customer.subscription.updated", subscription):
        subscription["pause_collection"] = None


def _move_on(subscription: Json, item: Json) -> None:
    start = item["current_period_end"]
    _, end = periods.period_at(
        subscription["billing_cycle_anchor"], item["price"]["recurring"], start
    )
    item.update(current_period_start=start, current_period_end=end)


def _is_kept_as_draft(subscription: Json) -> bool:
    pause = subscription["pause_collection"] or {}
    return subscription["status"] == "unpaid" or pause.get("behavior") == "keep_as_draft"


def use_up_discounts(box: Sandbox, subscription: Json, invoice: Json) -> None:
    """A coupon for once ends with the first invoice on which it took something off."""
    used = {off["discount"] for off in invoice["total_discount_amounts"] if off["amount"]}
    at = box.now(subscription)
    for owner in (subscription, *members.of(subscription)):
        owner["discounts"] = [
            id
            for id in owner["discounts"]
            if id not in used or discounts.after_invoice(box, [id], at)
        ]


DO: dict[agenda.What, Callable[[Sandbox, Json], None]] = {
    "announce_renewal": announce_renewal,
    "announce_trial_end": announce_trial_end,
    "collect_again": collect_again,
    "end": canceling.end,
    "end_trial": end_trial,
    "expire": canceling.expire,
    "renew": renew,
}
