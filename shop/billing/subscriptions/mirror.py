"""Our subscriptions follow Stripe's, whoever told us to look: webhook, page, reconciler, sweeper.

As with payments, a ticket is drawn before Stripe is asked, and an answer counts only if no later
ticket has been applied.
"""

from typing import Any

from sqlalchemy import select, update

from shop import db
from shop.billing.gateway import StripeRefused, stripe_call
from shop.billing.subscriptions import snapshots, state
from shop.billing.subscriptions.models import Subscription
from shop.billing.subscriptions.snapshots import Snapshot
from shop.db import session, utcnow
from shop.errors import NotFound

OURS = "keystall_subscription"
"""The metadata key that says which row of ours a Subscription at Stripe belongs to."""


def names_of(subscription: Subscription) -> dict[str, str]:
    return {OURS: subscription.token}


def sync(subscription_id: int) -> Subscription:
    """Bring the row up to date; commits before it asks Stripe.

    :raises StripeUnavailable: when Stripe does not answer; nothing was changed then.
    """
    drawn = update(Subscription).where(Subscription.id == subscription_id)
    ticket = session.scalar(
        drawn.values(ticket=Subscription.ticket + 1, asked_at=utcnow()).returning(
            Subscription.ticket
        )
    )
    if ticket is None:
        raise NotFound
    subscription = session.get_one(Subscription, subscription_id, populate_existing=True)
    stripe_id, page = subscription.stripe_subscription_id, subscription.stripe_checkout_session_id
    db.commit()
    if stripe_id:
        _apply(subscription_id, ticket, snapshots.fetch(stripe_id))
    elif page:
        _apply(subscription_id, ticket, snapshots.fetch_by_page(page))
    return session.get_one(Subscription, subscription_id, populate_existing=True)


def sync_stripe(stripe_id: str) -> None:
    """For an event about a Subscription. One that is not ours is left alone."""
    known = select(Subscription.id).filter_by(stripe_subscription_id=stripe_id)
    subscription_id = session.scalar(known) or _claimed_by(stripe_id)
    if subscription_id is not None:
        sync(subscription_id)


def sync_page(checkout_id: str) -> bool:
    """For an event about a Checkout Session; False when it is not of a subscription of ours."""
    known = select(Subscription.id).filter_by(stripe_checkout_session_id=checkout_id)
    subscription_id = session.scalar(known)
    if subscription_id is None:
        return False
    sync(subscription_id)
    return True


def sync_clock(clock: str) -> None:
    """For an event about a test clock: time has passed for all that live by it."""
    ids = session.scalars(select(Subscription.id).filter_by(test_clock=clock)).all()
    for subscription_id in ids:
        sync(subscription_id)
        db.commit()


def close_page(checkout_id: str) -> None:
    """Nobody can pay there any more; commits."""
    db.commit()
    try:
        with stripe_call() as client:
            client.v1.checkout.sessions.expire(checkout_id)
    except StripeRefused:
        pass  # it is in no state to be closed; which one, the sync tells


def adopt(metadata: Any, **stripe_ids: str) -> int | None:
    """Our row that the metadata names, with its ids at Stripe from now on.

    A row is committed before Stripe hears of it, so a name that we do not know is of another shop
    beside us at the same Stripe account.
    """
    token = getattr(metadata, OURS, None)
    if not token:
        return None
    row = update(Subscription).where(Subscription.token == token)
    return session.scalar(row.values(**stripe_ids).returning(Subscription.id))


def _claimed_by(stripe_id: str) -> int | None:
    """The event was faster than the page's: the metadata says whose it is."""
    db.commit()
    with stripe_call() as client:
        found = client.v1.subscriptions.retrieve(stripe_id)
    return adopt(found.metadata, stripe_subscription_id=stripe_id)


def _apply(subscription_id: int, ticket: int, snapshot: Snapshot | None) -> None:
    """Make our row what Stripe said, unless a later answer was applied already."""
    if snapshot is None:
        return
    newest = update(Subscription).where(
        Subscription.id == subscription_id, Subscription.applied < ticket
    )
    if session.scalar(newest.values(applied=ticket).returning(Subscription.id)) is None:
        return
    subscription = session.get_one(Subscription, subscription_id, populate_existing=True)
    state.follow(subscription, snapshot)
