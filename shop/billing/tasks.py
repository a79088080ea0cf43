"""A task is a nudge: the rows say what is due, and `sweep` finds what no task did."""

from celery import shared_task

from shop import db, leases
from shop.billing import inbox, refunds
from shop.billing.models import StripeEvent
from shop.logs import log


@shared_task
def handle_stripe_event(event_id: int) -> None:
    inbox.process(event_id)


@shared_task
def submit_refund(refund_id: int) -> None:
    try:
        refunds.submit(refund_id)
        db.commit()
    except Exception as error:  # noqa: BLE001  it stays requested, and holds up no other
        db.rollback()
        log.warning("refund waits", refund=refund_id, error=type(error).__name__)


def sweep() -> int:
    """Do what is due; returns how much there was."""
    event_ids = leases.due(StripeEvent)
    refund_ids = refunds.unsubmitted()
    db.commit()
    for event_id in event_ids:
        inbox.process(event_id)
    for refund_id in refund_ids:
        submit_refund.run(refund_id)
    return len(event_ids) + len(refund_ids)
