"""A license that is subscribed to follows its subscription, whatever order the news come in."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from shop.billing.subscriptions.models import Subscription
from shop.billing.subscriptions.opened import Opened
from shop.catalog.models import Kind, Price
from shop.db import session, utcnow
from shop.downloads import releases
from shop.downloads import subscribed as subscribed_files
from shop.events import SubscriptionChanged
from shop.licenses import minting
from shop.licenses.models import License, LicensePolicy, OnExpiry
from shop.licenses.policies import machine_limit, policy_for
from shop.licenses.pool import waiting
from shop.licenses.pool.taking import NoKeys
from shop.licenses.terms import newest_kept

NEVER_PAID = "never paid"
"""The reason of what ends with a trial; it comes back with the first payment."""


def follow(event: SubscriptionChanged) -> None:
    """Issue it with the first access; from then on it is good as long as that lasts."""
    subscription = session.get_one(Subscription, event.subscription_id)
    if subscription.product.kind is not Kind.LICENSE:
        return
    license = session.scalar(select(License).filter_by(subscription_id=subscription.id))
    if license is None and subscription.has_access:
        license = _issue(subscription)
        if license is None:
            waiting.wait_subscribed(subscription)
    if license:
        _adapt(license, subscription)


def _issue(subscription: Subscription) -> License | None:
    """None when a pool has no key for it; it is tried again when there are new ones."""
    try:
        minting.mint(
            _policy(subscription),
            subscription.price.variant_id,
            1,
            expires=False,
            subscription_id=subscription.id,
            user_id=subscription.user_id,
        )
    except NoKeys:
        return None
    return session.scalars(select(License).filter_by(subscription_id=subscription.id)).one()


def _adapt(license: License, subscription: Subscription) -> None:
    """A lower limit takes no seat from anybody, but no new machine gets one."""
    policy = _policy(subscription)
    license.policy_id = policy.id
    license.machine_limit = policy.machine_limit and policy.machine_limit * subscription.quantity
    if subscription.has_access:
        license.expires_at = None
    elif license.expires_at is None:
        license.expires_at = utcnow()  # now by our clock: programs ask by it
    if license.end_reason in {"", NEVER_PAID}:
        is_lost = not subscription.has_access and subscription.paid_at is None
        license.end_reason = NEVER_PAID if is_lost else ""
        license.ended_at = (license.ended_at or utcnow()) if is_lost else None
    keeps = policy.on_expiry is OnExpiry.KEEP_VERSIONS and license.ended_at is None
    subscribed_files.keep(subscription, license.expires_at if keeps else None)


def _policy(subscription: Subscription) -> LicensePolicy:
    return policy_for(subscription.product_id, subscription.price.variant_id)


def opened_by(subscription_ids: Sequence[int]) -> dict[int, Opened]:
    """By subscription: its license."""
    query = select(License).where(License.subscription_id.in_(subscription_ids))
    found = session.scalars(query.options(joinedload(License.policy))).all()
    ended = {one.product_id for one in found if _keeps(one) and one.is_expired}
    versions = releases.of(ended) if ended else {}
    return {
        license.subscription_id: Opened(
            license_key=license.key,
            license_status=license.status,
            machines=license.machines,
            machine_limit=license.machine_limit,
            keeps_versions=_keeps(license),
            kept_version=newest_kept(license, versions.get(license.product_id, [])),
        )
        for license in found
        if license.subscription_id is not None
    }


def _keeps(license: License) -> bool:
    return license.policy.on_expiry is OnExpiry.KEEP_VERSIONS and license.ended_at is None


def limit_of(price: Price, quantity: int) -> int | None:
    """How many machines a plan allows, with so many seats; None for as many as one likes."""
    if price.variant.product.kind is not Kind.LICENSE:
        return None
    limit = machine_limit(price.variant.product_id, price.variant_id)
    return limit and limit * quantity
