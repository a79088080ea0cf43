"""Stripe's events: written down as they arrive, handled by a worker, never believed.

An event says where to look. The handler asks Stripe for the object as it is now, so duplicates,
late and reordered events all end in the same state.
"""

from collections.abc import Callable, Sequence

from sqlalchemy import select

from shop import db, leases
from shop.billing import mirror, refunds
from shop.billing.disputes import mirror as disputes
from shop.billing.invoices import mirror as invoices
from shop.billing.models import StripeEvent
from shop.billing.subscriptions import mails
from shop.billing.subscriptions import mirror as subscriptions
from shop.db import session
from shop.jobs import enqueue
from shop.logs import log

Handler = Callable[[str], object]


def sync_checkout(checkout_id: str) -> None:
    """A Checkout Session is of a subscription or of a payment."""
    if not subscriptions.sync_page(checkout_id):
        mirror.sync_checkout(checkout_id)


HANDLERS: dict[str, Handler] = {
    "payment_intent.succeeded": mirror.sync_intent,
    "payment_intent.processing": mirror.sync_intent,
    "payment_intent.payment_failed": mirror.sync_intent,
    "payment_intent.canceled": mirror.sync_intent,
    "payment_intent.requires_action": mirror.sync_intent,
    "checkout.session.completed": sync_checkout,
    "checkout.session.async_payment_succeeded": sync_checkout,
    "checkout.session.async_payment_failed": sync_checkout,
    "checkout.session.expired": sync_checkout,
    "customer.subscription.created": subscriptions.sync_stripe,
    "customer.subscription.updated": subscriptions.sync_stripe,
    "customer.subscription.deleted": subscriptions.sync_stripe,
    "customer.subscription.paused": subscriptions.sync_stripe,
    "customer.subscription.resumed": subscriptions.sync_stripe,
    "customer.subscription.trial_will_end": mails.remind,
    "customer.subscription.pending_update_applied": subscriptions.sync_stripe,
    "customer.subscription.pending_update_expired": subscriptions.sync_stripe,
    "invoice.created": invoices.sync,
    "invoice.deleted": invoices.sync,
    "invoice.finalized": invoices.sync,
    "invoice.finalization_failed": invoices.sync,
    "invoice.marked_uncollectible": invoices.sync,
    "invoice.overdue": invoices.sync,
    "invoice.overpaid": invoices.sync,
    "invoice.paid": invoices.sync,
    "invoice.payment_action_required": invoices.sync,
    "invoice.payment_failed": invoices.sync,
    "invoice.sent": invoices.sync,
    "invoice.updated": invoices.sync,
    "invoice.voided": invoices.sync,
    "credit_note.created": invoices.sync_credit_note,
    "credit_note.updated": invoices.sync_credit_note,
    "credit_note.voided": invoices.sync_credit_note,
    "test_helpers.test_clock.ready": subscriptions.sync_clock,
    "refund.created": refunds.sync,
    "refund.updated": refunds.sync,
    "refund.failed": refunds.sync,
    "charge.dispute.created": disputes.sync,
    "charge.dispute.updated": disputes.sync,
    "charge.dispute.closed": disputes.sync,
    "charge.dispute.funds_withdrawn": disputes.sync,
    "charge.dispute.funds_reinstated": disputes.sync,
}


def process(event_id: int) -> bool:
    """Handle the event if it is due; its work and its mark are one transaction.

    False when there was nothing to do or it failed; then the row says why and when it is next.
    """
    lease = leases.claim(StripeEvent, event_id)
    if lease is None:
        return False
    event = session.get_one(StripeEvent, event_id)
    handler, object_id = HANDLERS.get(event.type), event.object_id
    db.commit()  # the try is on record before it is made
    try:
        if handler:
            handler(object_id)
        leases.finish(StripeEvent, event_id, lease)
        db.commit()
    except Exception as error:  # noqa: BLE001  whatever it is, the row keeps it and is tried again
        db.rollback()
        log.warning("stripe event failed", event_id=event_id, error=f"{type(error).__name__}")
        leases.fail(StripeEvent, event_id, lease, f"{type(error).__name__}: {error}")
        db.commit()
        return False
    return True


def process_alike(event_ids: Sequence[int]) -> None:
    """Events with one handler and one object: a look at how it is now answers all of them."""
    *earlier, last = event_ids
    if process(last):
        leases.settle(StripeEvent, earlier)
        db.commit()


def replay(stripe_id: str) -> bool:
    """Give a failed or dead event all its tries again; False when there is none of that id."""
    event_id = session.scalar(select(StripeEvent.id).where(StripeEvent.stripe_id == stripe_id))
    if event_id is None or not leases.revive(StripeEvent, event_id):
        return False
    enqueue("shop.billing.tasks.handle_stripe_event", event_id)
    return True
