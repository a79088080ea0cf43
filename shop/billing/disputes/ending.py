"""Who has taken their money back is charged no more: a lost dispute ends its subscription."""

from sqlalchemy import select

from shop import db
from shop.billing.disputes.models import Dispute, Stage
from shop.billing.gateway import StripeRefused, stripe_call
from shop.billing.subscriptions import mirror
from shop.billing.subscriptions.models import OVER, Subscription
from shop.db import session


def still_charged() -> list[int]:
    """Subscriptions that go on at Stripe, and open nothing any more."""
    query = select(Subscription.id).join(Dispute, Dispute.subscription_id == Subscription.id)
    lost = (Dispute.status == Stage.LOST.value) & Subscription.status.not_in(OVER)
    return list(session.scalars(query.where(lost).distinct().limit(50)))


def end(subscription_id: int) -> None:
    """At once, and without a last invoice; commits."""
    stripe_id = session.get_one(Subscription, subscription_id).stripe_subscription_id
    db.commit()
    try:
        with stripe_call() as client:
            client.v1.subscriptions.cancel(stripe_id or "", {"prorate": False})
    except StripeRefused:
        pass  # it has ended already; how, the sync tells
    mirror.sync(subscription_id)
