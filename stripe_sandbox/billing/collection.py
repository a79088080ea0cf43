"""Money for an open invoice: tries, refusals, further tries, payment."""

import contextlib
from collections.abc import Callable
from typing import Literal

from stripe_sandbox import events, timers
from stripe_sandbox.billing import invoicing
from stripe_sandbox.errors import CardDeclined, InvalidRequest, Json
from stripe_sandbox.payments import confirmation
from stripe_sandbox.payments.challenges import Terms
from stripe_sandbox.sandbox import Sandbox

DAY = 24 * 3600
Change = Literal["paid", "processing", "failed", "exhausted", "voided", "uncollectible", "overdue"]
ON_CHANGE: list[Callable[[Sandbox, Json, Change], None]] = []
"""Told of everything that may matter to the subscription behind an invoice."""
HOLDS: list[Callable[[Sandbox, Json], bool]] = []
"""Deal with a finalized invoice that is not to be collected; True when one did."""


def pay(box: Sandbox, invoice: Json, method: str | None = None) -> None:
    """Try to collect now. Raises CardDeclined, whose changes are kept, or InvalidRequest."""
    if invoice["status"] not in ("open", "uncollectible"):
        message = "Invoice is already paid" if invoice["status"] == "paid" else "It is not open"
        raise InvalidRequest(f"{message}.", code="invoice_not_payable")
    intent = intent_of(box, invoice)
    method = method or method_of(box, invoice)
    if intent is None or method is None:
        raise InvalidRequest(
            "There is no `default_payment_method` set on this Customer or Invoice. Please set a "
            "`default_payment_method`, or pass a payment method.",
            code="resource_missing",
        )
    if intent["status"] == "requires_action":
        intent.update(status="requires_confirmation", next_action=None)
    intent["payment_method"] = method
    confirmation.confirm(box, intent, Terms(uses_stripe_js=True))
    if intent["status"] == "requires_action":
        events.emit(box, "invoice.payment_action_required", invoice)
        _fail(box, invoice)
        raise CardDeclined(
            "This invoice's PaymentIntent requires additional user action before it can be paid.",
            code="invoice_payment_intent_requires_action",
        )


def try_pay(box: Sandbox, invoice: Json) -> None:
    """As Stripe does by itself: whatever comes of it is told by events."""
    intent = intent_of(box, invoice)
    if intent and intent["status"] == "processing":
        return  # a debit is under way
    if method_of(box, invoice) is None:
        _fail(box, invoice)
        return
    try:
        with contextlib.suppress(CardDeclined):
            pay(box, invoice)
    except InvalidRequest:  # such as a card that was detached since
        _fail(box, invoice)


@timers.action("retry_invoice")
def retry_by_itself(box: Sandbox, id: str) -> None:
    invoice = box.store.get(id)
    if invoice and invoice.get("status") == "open" and invoice["auto_advance"]:
        invoice["next_payment_attempt"] = None
        box.store.private(id)["is_retry"] = True
        try_pay(box, invoice)


@timers.action("invoice_overdue")
def become_overdue(box: Sandbox, id: str) -> None:
    invoice = box.store.get(id)
    if invoice and invoice.get("status") == "open":
        events.emit(box, "invoice.overdue", invoice)
        _tell(box, invoice, "overdue")


def follow(box: Sandbox, intent: Json) -> None:
    """Let the invoice follow its intent, wherever that was confirmed."""
    id = box.store.private(intent["id"]).get("invoice")
    invoice = box.store.get(id) if id else None
    if invoice is None or invoice["status"] not in ("open", "uncollectible"):
        return
    if intent["status"] == "succeeded":
        mark_paid(box, invoice)
    elif intent["status"] == "processing":
        invoice["attempted"] = True
        _tell(box, invoice, "processing")
    elif intent["status"] == "requires_payment_method":
        _fail(box, invoice)


def mark_paid(box: Sandbox, invoice: Json, *, out_of_band: bool = False) -> None:
    now = box.now(invoice)
    stop(box, invoice)
    invoice.update(
        amount_paid=invoice["amount_due"],
        amount_remaining=0,
        attempted=True,
        status="paid",
    )
    if invoice["amount_due"] > 0 and not out_of_band:
        _count(box, invoice)
    invoice["status_transitions"]["paid_at"] = now
    if out_of_band:
        invoice["amount_paid_off_stripe"] = invoice["amount_due"]
        drop_payment(box, invoice)
    elif payment := payment_of(box, invoice):
        payment.update(status="paid", amount_paid=payment["amount_requested"])
        payment["status_transitions"]["paid_at"] = now
        events.emit(box, "invoice_payment.paid", payment)
    events.emit(box, "invoice.paid", invoice)
    if not out_of_band:
        events.emit(box, "invoice.payment_succeeded", invoice)
    _tell(box, invoice, "paid")


def close(
    box: Sandbox,
    invoice: Json,
    change: Literal["voided", "uncollectible"],
    reason: str = "user_forgiven",
) -> None:
    """Give an open invoice up. An uncollectible one can still be paid."""
    if invoice["status"] not in ("open", "uncollectible") or invoice["status"] == change:
        raise InvalidRequest(
            f"You can only pass in open invoices. This invoice isn't open, it is "
            f"{invoice['status']}.",
            code="invoice_not_editable",
        )
    now = box.now(invoice)
    stop(box, invoice)
    if change == "voided":
        invoice["status"] = "void"
        invoice["status_transitions"]["voided_at"] = now
        drop_payment(box, invoice)
        events.emit(box, "invoice.voided", invoice)
    else:
        invoice["status"] = "uncollectible"
        invoice["status_details"] = {"uncollectible": {"reason": reason}}
        invoice["status_transitions"]["marked_uncollectible_at"] = now
        events.emit(box, "invoice.marked_uncollectible", invoice)
    _tell(box, invoice, change)


def credited(box: Sandbox, invoice: Json, amount: int) -> None:
    """A credit note lowers what is open; at nothing the invoice is paid."""
    due = invoice["amount_due"] - amount
    invoice.update(amount_due=due, amount_remaining=max(due - invoice["amount_paid"], 0))
    intent, payment = intent_of(box, invoice), payment_of(box, invoice)
    if invoice["amount_remaining"] == 0:
        drop_payment(box, invoice)
        mark_paid(box, invoice)
    elif intent and payment:
        intent["amount"] = payment["amount_requested"] = due


def stop(box: Sandbox, invoice: Json) -> None:
    """Nothing happens to it by itself any more."""
    for kind in ("finalize_invoice", "retry_invoice", "invoice_overdue"):
        timers.stop(box, kind, invoice["id"])
    invoice["next_payment_attempt"] = None


def drop_payment(box: Sandbox, invoice: Json) -> None:
    payment, intent = payment_of(box, invoice), intent_of(box, invoice)
    if payment:
        payment["status"] = "canceled"
        payment["status_transitions"]["canceled_at"] = box.now(invoice)
    if intent and intent["status"] not in ("succeeded", "canceled"):
        intent.update(
            status="canceled",
            canceled_at=box.now(invoice),
            cancellation_reason="void_invoice",
            next_action=None,
        )
        events.emit(box, "payment_intent.canceled", intent)


def payment_of(box: Sandbox, invoice: Json) -> Json | None:
    where = "AND json_extract(body, '$.invoice') = ? AND json_extract(body, '$.status') = 'open'"
    return next(iter(box.store.select("invoice_payment", where, (invoice["id"],))), None)


def intent_of(box: Sandbox, invoice: Json) -> Json | None:
    payment = payment_of(box, invoice)
    return box.store.get(payment["payment"]["payment_intent"]) if payment else None


def method_of(box: Sandbox, invoice: Json) -> str | None:
    """The payment method that collects it: its own, its subscription's, its customer's."""
    subscription = invoicing.subscription_of(box, invoice) or {}
    customer = box.store.require("customer", invoice["customer"])
    found: str | None = (
        invoice["default_payment_method"]
        or subscription.get("default_payment_method")
        or customer["invoice_settings"]["default_payment_method"]
    )
    return found


def is_held(box: Sandbox, invoice: Json) -> bool:
    return any(hold(box, invoice) for hold in HOLDS)


def _fail(box: Sandbox, invoice: Json) -> None:
    invoice["attempted"] = True
    _count(box, invoice)
    is_exhausted = not _plan_retry(box, invoice)
    events.emit(box, "invoice.payment_failed", invoice)
    _tell(box, invoice, "failed")
    if is_exhausted:
        _tell(box, invoice, "exhausted")


def _count(box: Sandbox, invoice: Json) -> None:
    """The first try counts, and after it those that Stripe makes by itself."""
    is_retry = box.store.private(invoice["id"]).pop("is_retry", False)
    if is_retry or invoice["attempt_count"] == 0:
        invoice["attempt_count"] += 1


def _plan_retry(box: Sandbox, invoice: Json) -> bool:
    """False when the schedule has come to its end."""
    is_first = invoice["billing_reason"] == "subscription_create"
    is_automatic = invoice["collection_method"] == "charge_automatically"
    if is_first or not invoice["auto_advance"] or not is_automatic:
        return True
    if invoice["next_payment_attempt"]:
        return True  # the buyer tried in between; the schedule stays
    private, days = box.store.private(invoice["id"]), box.billing.retry_days
    done = private.get("retries", 0)
    if done >= len(days):
        return False
    private["retries"] = done + 1
    invoice["next_payment_attempt"] = box.now(invoice) + int(days[done] * DAY)
    timers.start_for(box, "retry_invoice", invoice, invoice["next_payment_attempt"])
    return True


def _tell(box: Sandbox, invoice: Json, change: Change) -> None:
    for tell in ON_CHANGE:
        tell(box, invoice, change)


confirmation.ON_OUTCOME.append(follow)
