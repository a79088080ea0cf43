"""Whose subscriptions these are."""

from collections.abc import Sequence

from flask_login import current_user
from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload

from shop.billing.subscriptions.models import Subscription
from shop.catalog.models import Price, Variant
from shop.db import session
from shop.errors import NotFound

WHOLE = (
    joinedload(Subscription.price).joinedload(Price.variant).joinedload(Variant.product),
    joinedload(Subscription.next_price).joinedload(Price.variant).joinedload(Variant.product),
)
BEGUN = or_(Subscription.stripe_subscription_id.is_not(None), Subscription.started_at.is_not(None))
"""Not those that somebody only looked at Stripe's page for."""


def mine() -> Sequence[Subscription]:
    """Of the signed-in customer, newest first, also those that ended."""
    query = select(Subscription).where(Subscription.user_id == current_user.id, BEGUN)
    return session.scalars(query.options(*WHOLE).order_by(Subscription.id.desc())).all()


def my(token: str) -> Subscription:
    """:raises NotFound: when it is unknown, or another person's."""
    query = select(Subscription).where(
        Subscription.token == token, Subscription.user_id == current_user.id
    )
    found = session.scalar(query.options(*WHOLE))
    if found is None:
        raise NotFound
    return found
