"""How licenses are found: by their owner, and by support from what somebody reads out."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask_login import current_user
from sqlalchemy import Select, or_, select
from sqlalchemy.orm import contains_eager, joinedload

from shop.billing.subscriptions.models import Subscription
from shop.catalog.models import Price
from shop.db import session
from shop.downloads.models import Grant
from shop.errors import NotFound
from shop.licenses import keys
from shop.licenses.models import License, LicensePolicy, RetiredKey
from shop.licenses.pool.models import PoolKey
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
    found = by_whole_key(typed)
    return found if found or keys.read(typed) else _newest(*_with_end(typed))


def ids_by_key(typed: str) -> tuple[Select[Any], ...]:
    """The same as questions, for a list: what a key or its end may mean, all of it."""
    return _with_key(typed) if keys.read(typed) else (*_with_key(typed), *_with_end(typed))


def by_whole_key(typed: str) -> Sequence[License]:
    """Ours however it was typed, and one of a pool as it is."""
    return _newest(*_with_key(typed))


def _with_key(typed: str) -> tuple[Select[Any], ...]:
    key, plain = keys.read(typed), typed.strip()
    hashes = [keys.digest(one) for one in (key, plain) if one]
    return (
        select(License.id).where(License.key_hash.in_(hashes)),
        select(PoolKey.license_id).where(PoolKey.key_hash.in_(hashes)),
        select(RetiredKey.license_id).where(RetiredKey.key_hash.in_(hashes)),
    )


def _with_end(typed: str) -> tuple[Select[Any], ...]:
    ends = _ends(typed)
    return (
        select(License.id).where(License.last_characters.in_(ends)),
        select(RetiredKey.license_id).where(RetiredKey.last_characters.in_(ends)),
    )


def _ends(typed: str) -> list[str]:
    """As five characters are kept: four, with whatever may stand before them."""
    plain, tail = "".join(typed.split())[-keys.GROUP :], keys.tail(typed)
    ends = {tail} if len(tail) == keys.GROUP else set()
    if len(tail) == FEWEST:
        ends |= {before + tail for before in keys.ALPHABET}
    if len(plain) == keys.GROUP and plain.isprintable():
        ends |= {plain, plain.upper()}  # of a pool
    return sorted(ends)


def _newest(*found: Select[Any]) -> Sequence[License]:
    """Each by an index of its own; joined by OR, they would look at every license."""
    ids = [id for query in found for id in session.scalars(query.limit(MOST)) if id]
    if not ids:
        return []
    query = select(License).where(License.id.in_(ids))
    return session.scalars(query.order_by(License.id.desc()).limit(MOST)).all()
