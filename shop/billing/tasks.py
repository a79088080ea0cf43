"""A task is a nudge: the rows say what is due, and `sweep` finds what no task did."""

from collections.abc import Iterator
from contextlib import contextmanager

from celery import shared_task

from shop import db, leases
from shop.billing import inbox, refunds
from shop.billing.disputes import ending
from shop.billing.models import StripeEvent
from shop.billing.reconciling import running
from shop.billing.subscriptions import (
    collecting,
    customers,
    mails,
    mirror,
    portal_settings,
    state,
    trials,
)
from shop.billing.subscriptions.models import Subscription
from shop.db import session
from shop.errors import ShopError
from shop.logs import log


@shared_task
def handle_stripe_event(event_id: int) -> None:
    inbox.process(event_id)


@shared_task
def submit_refund(refund_id: int) -> None:
    with _waiting_on_failure("refund", refund_id):
        refunds.submit(refund_id)


@shared_task
def end_trial(subscription_id: int) -> None:
    with _waiting_on_failure("trial", subscription_id):
        trials.end_refused(subscription_id)
        mirror.sync(subscription_id)


@shared_task
def end_disputed(subscription_id: int) -> None:
    with _waiting_on_failure("end", subscription_id):
        ending.end(subscription_id)


@shared_task
def collect_open(subscription_id: int) -> None:
    with _waiting_on_failure("collection", subscription_id):
        collecting.collect(subscription_id)


@shared_task(time_limit=3600, soft_time_limit=3500)
def reconcile() -> None:
    """Every night: what no webhook told us."""
    report = running.run()
    log.info("reconciled", events=report.events, differences=len(report.differences))


@shared_task
def remind_subscribers() -> None:
    """Write what is due because time goes by: a trial ends, a renewal comes, a card expires."""
    for subscription_id in mails.coming_up():
        subscription = session.get_one(Subscription, subscription_id)
        mails.send_due(subscription)
        db.commit()


@shared_task
def keep_portals() -> None:
    """A price that was withdrawn or added is told to the portal even if nobody opens it here."""
    try:
        portal_settings.keep_used()
    except ShopError as error:
        db.rollback()
        log.warning("portal waits", error=type(error).__name__)


@shared_task
def forget_customers() -> None:
    """Who was erased here is erased at Stripe, as soon as it answers."""
    row_ids = customers.unwanted()
    db.commit()
    for row_id in row_ids:
        with _waiting_on_failure("erasure", row_id):
            customers.erase(row_id)


def sweep() -> int:
    """Do what is due; returns how much there was."""
    event_ids = leases.due(StripeEvent)
    refund_ids = refunds.unsubmitted()
    trial_ids, grace_ids = trials.refused(), state.out_of_grace()
    lost_ids, owing_ids = ending.still_charged(), collecting.due()
    db.commit()
    for event_id in event_ids:
        inbox.process(event_id)
    for refund_id in refund_ids:
        submit_refund.run(refund_id)
    for trial_id in trial_ids:
        end_trial.run(trial_id)
    for grace_id in grace_ids:
        state.end_grace(grace_id)
        db.commit()
    for lost_id in lost_ids:
        end_disputed.run(lost_id)
    for owing_id in owing_ids:
        collect_open.run(owing_id)
    return sum(map(len, (event_ids, refund_ids, trial_ids, grace_ids, lost_ids, owing_ids)))


@contextmanager
def _waiting_on_failure(what: str, row_id: int) -> Iterator[None]:
    """Commits; what fails stays due, and holds up no other."""
    try:
        yield
        db.commit()
    except Exception as error:  # noqa: BLE001  the row says that it is due
        db.rollback()
        log.warning(f"{what} waits", row=row_id, error=type(error).__name__)
