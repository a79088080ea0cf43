"""How licenses are found: by their owner, and by support from what somebody reads out."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask_login import current_user
from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import contains_eager, joinedload

from shop.billing.subscriptions.models import Subscription
from shop.catalog.models import Price
from shop.db import session
from shop.downloads.models import Grant
from shop.errors import NotFound
from shop.licenses import keys
from shop.licenses.models import License, LicensePolicy, RetiredKey
from shop.orders.models import OrderLine

FEWEST = 4
"""Characters; fewer find too many licenses to choose from."""
MOST = 50


@dataclass(frozen=True)
class Owned:
    license: License
    line: OrderLine | None
    grant_token: str | None
    """Of the page with its files, if it has any."""
    subscription: Subscription | None


def mine() -> list[Owned]:
    """Of the signed-in customer, newest first; those that ended come last."""
    same_cause = or_(
        Grant.order_line_id == License.order_line_id,
        Grant.subscription_id == License.subscription_id,
    )
    query = (
        select(License, OrderLine, Grant.token, Subscription)
        .outerjoin(OrderLine, OrderLine.id == License.order_line_id)
        .outerjoin(Subscription, Subscription.id == License.subscription_id)
        .outerjoin(Grant, same_cause & Grant.ended_at.is_(None))
        .where(License.user_id == current_user.id)
        .options(
            joinedload(License.policy),
            joinedload(License.product),
            joinedload(Subscription.price).joinedload(Price.variant),
        )
        .order_by(License.ended_at.is_not(None), License.issued_at.desc(), License.id.desc())
    )
    return [Owned(*row) for row in session.execute(query)]


def my(license_id: int) -> License:
    """:raises NotFound: also when it is somebody else's."""
    query = select(License).join(LicensePolicy).options(contains_eager(License.policy))
    found = session.scalar(
        query.where(License.id == license_id, License.user_id == current_user.id)
    )
    if found is None:
        raise NotFound
    return found


def by_key(typed: str) -> Sequence[License]:
    """With this key, or with one that ends in these characters; also keys that were replaced."""
    key, tail = keys.read(typed), keys.tail(typed)
    if key:
        whole = keys.digest(key)
        return _where(License.key_hash == whole, RetiredKey.key_hash == whole)
    if len(tail) < FEWEST:
        return []
    return _where(License.last_characters.endswith(tail), RetiredKey.last_characters.endswith(tail))


def _where(now: ColumnElement[bool], before: ColumnElement[bool]) -> Sequence[License]:
    retired = select(RetiredKey.license_id).where(before)
    query = select(License).where(or_(now, License.id.in_(retired)))
    return session.scalars(query.order_by(License.id.desc()).limit(MOST)).all()
