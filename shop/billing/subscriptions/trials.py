"""A trial is had once: by each person, and with each card."""

from collections.abc import Sequence

from sqlalchemy import select, update

from shop.accounts.mailboxes import person_of
from shop.billing.calls import calling
from shop.billing.subscriptions.models import Subscription, SubscriptionStatus, Trial
from shop.catalog.models import Price
from shop.db import insert_once, session


def days_for(email: str, price: Price) -> int:
    """How many days of trial this price comes with for them; 0 when they had theirs."""
    if not price.trial_days:
        return 0
    query = select(Trial.id).filter_by(product_id=price.variant.product_id, person=person_of(email))
    return 0 if session.scalar(query) else price.trial_days


def begin(subscription: Subscription) -> bool:
    """Note that the trial began; False when somebody had one before with this card."""
    insert_once(
        Trial,
        product_id=subscription.product_id,
        subscription_id=subscription.id,
        person=person_of(subscription.user.email),
    )
    card = subscription.card_fingerprint
    if card is None:
        return True
    used = select(Trial.subscription_id).filter_by(
        product_id=subscription.product_id, card_fingerprint=card
    )
    owner = session.scalar(used)
    if owner is None:
        mine = (Trial.subscription_id == subscription.id) & Trial.card_fingerprint.is_(None)
        session.execute(update(Trial).where(mine).values(card_fingerprint=card))
    return owner in {None, subscription.id}


def refused() -> Sequence[int]:
    """Ids of those whose trial is still to be ended."""
    query = select(Subscription.id).where(
        Subscription.trial_refused, Subscription.status == SubscriptionStatus.TRIALING
    )
    return session.scalars(query).all()


def end_refused(subscription_id: int) -> None:
    """Have Stripe charge from now on; commits. A sync tells what became of it."""
    subscription = session.get_one(Subscription, subscription_id)
    stripe_id, status = subscription.stripe_subscription_id, subscription.status
    if stripe_id is None or status is not SubscriptionStatus.TRIALING:
        return
    with calling(subscription, "end-trial") as (client, key):
        client.v1.subscriptions.update(stripe_id, {"trial_end": "now"}, {"idempotency_key": key})
