"""Files that are subscribed to: theirs as long as the subscription gives access."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import exists, or_, select

from shop import config
from shop.billing.subscriptions.models import Subscription
from shop.billing.subscriptions.opened import Opened
from shop.catalog.models import Product
from shop.db import insert_once, session, utcnow
from shop.downloads import grants
from shop.downloads.grants import DOWNLOADED
from shop.downloads.models import Grant, Release
from shop.events import SubscriptionChanged
from shop.orders import rights

END = "subscription"
"""The reason of what ends, and comes back, with the subscription's access."""


def follow(event: SubscriptionChanged) -> None:
    """One grant for each subscription of something to download; repeating it changes nothing."""
    subscription = session.get_one(Subscription, event.subscription_id)
    if subscription.has_access and _has_files(subscription.product):
        insert_once(
            Grant,
            subscription_id=subscription.id,
            product_id=subscription.product_id,
            user_id=subscription.user_id,
        )
    _adapt(subscription)


def give_late(product_id: int) -> None:
    """To those who subscribe to the product, and had nothing to download yet."""
    query = select(Subscription.id).where(
        Subscription.product_id == product_id,
        Subscription.has_access,
        ~exists().where(Grant.subscription_id == Subscription.id),
    )
    for subscription_id in session.scalars(query).all():
        follow(SubscriptionChanged(subscription_id))
        rights.settle_subscription(Grant, subscription_id)


def keep(subscription: Subscription, until: datetime | None) -> None:
    """After its end, the versions that were released up to a day stay theirs; None: none do."""
    grants.cover(Grant.subscription_id == subscription.id, until)
    _adapt(subscription)


def _adapt(subscription: Subscription) -> None:
    """Open while there is access, or something is kept."""
    grant = session.scalar(select(Grant).filter_by(subscription_id=subscription.id))
    if grant is None:
        return
    is_open = subscription.has_access or grant.versions_until is not None
    if is_open and grant.end_reason == END:
        grant.ended_at, grant.end_reason = None, ""
    elif not is_open and grant.ended_at is None:
        grant.ended_at, grant.end_reason = utcnow(), END


def _has_files(product: Product) -> bool:
    released = exists().where(Release.product_id == product.id)
    has_file = or_(Product.download_url != "", released)
    query = select(Product.id).where(
        Product.id == product.id, Product.kind.in_(DOWNLOADED), has_file
    )
    return session.scalar(query) is not None


def opened_by(subscription_ids: Sequence[int]) -> dict[int, Opened]:
    """By subscription: the stable page of its files."""
    base = config.current().base_url
    query = select(Grant.subscription_id, Grant.token).where(
        Grant.subscription_id.in_(subscription_ids), Grant.ended_at.is_(None)
    )
    return {
        id: Opened(download_url=f"{base}/downloads/{token}")
        for id, token in session.execute(query)
        if id is not None
    }
