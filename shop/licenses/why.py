"""Why somebody has access or not: every right with its cause, from its first day to its end."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, false, or_, select
from sqlalchemy.orm import InstrumentedAttribute, contains_eager, joinedload

from shop.accounts.models import User
from shop.billing.subscriptions.finding import BEGUN
from shop.billing.subscriptions.models import Subscription
from shop.catalog.models import Product
from shop.db import session
from shop.downloads.grants import DOWNLOADED
from shop.downloads.models import Grant
from shop.licenses import sentences
from shop.licenses.models import License
from shop.licenses.sentences import Reader, Told
from shop.orders.models import Order, OrderLine

Row = Any
"""The right, its order or None, its subscription or None."""


@dataclass(frozen=True)
class Person:
    """Whose rights: of an account, and for staff also what was bought with the address."""

    user_id: int | None
    email_norm: str | None = None

    def owns(self, user_id: InstrumentedAttribute[int | None]) -> ColumnElement[bool]:
        """:param user_id: the column; none at all is nobody's, not this person's."""
        mine = user_id == self.user_id if self.user_id else false()
        return or_(mine, Order.email_norm == self.email_norm) if self.email_norm else mine


@dataclass(frozen=True)
class Entry:
    """One right, or one thing that should be one and is not."""

    title: str
    what: str
    """Such as `Files` or `License …-7Q4M2`."""
    since: datetime
    told: Told


def entries(person: Person, reader: Reader) -> list[Entry]:
    """Newest first; in four questions, however many there are."""
    found = [
        *(_files(row, reader) for row in _rows(Grant, person)),
        *(_license(row, reader) for row in _rows(License, person)),
        *_missing_of_orders(person),
        *_missing_of_subscriptions(person),
    ]
    return sorted(found, key=lambda entry: entry.since, reverse=True)


def _rows(model: type[Grant | License], person: Person) -> Iterable[Row]:
    query: Any = (
        select(model, Order, Subscription)
        .join(Product, Product.id == model.product_id)
        .outerjoin(OrderLine, OrderLine.id == model.order_line_id)
        .outerjoin(Order, Order.id == OrderLine.order_id)
        .outerjoin(Subscription, Subscription.id == model.subscription_id)
        .where(person.owns(model.user_id))
        .options(contains_eager(model.product))
    )
    if model is License:
        query = query.options(joinedload(License.policy))
    rows: Sequence[Row] = session.execute(query).all()
    return rows


def _files(row: Row, reader: Reader) -> Entry:
    grant, order, subscription = row
    assert isinstance(grant, Grant)  # noqa: S101  as it was asked for
    cause = sentences.cause(grant.given_by, grant.given_at, order, subscription, reader)
    told = sentences.of_grant(grant, reader)
    told = replace(told, sentences=(cause, *told.sentences))
    what = f"Files (right {grant.id})" if reader is Reader.STAFF else "Files"
    return Entry(grant.product.title, what, grant.given_at, told)


def _license(row: Row, reader: Reader) -> Entry:
    license, order, subscription = row
    assert isinstance(license, License)  # noqa: S101  as it was asked for
    cause = sentences.cause(license.given_by, license.issued_at, order, subscription, reader)
    told = sentences.of_license(license, reader)
    told = replace(told, sentences=(cause, *told.sentences))
    what = f"License …-{license.last_characters}"
    return Entry(license.product.title, what, license.issued_at, told)


def _missing_of_orders(person: Person) -> Iterable[Entry]:
    """What was ordered and has opened nothing."""
    has_grant = select(Grant.id).where(Grant.order_line_id == OrderLine.id).exists()
    has_license = select(License.id).where(License.order_line_id == OrderLine.id).exists()
    query = select(OrderLine).join(OrderLine.order).options(contains_eager(OrderLine.order))
    query = query.where(
        person.owns(Order.user_id), OrderLine.kind.in_(DOWNLOADED), ~has_grant, ~has_license
    )
    for line in session.scalars(query):
        told = sentences.of_unopened(line.order)
        yield Entry(line.title, "Nothing yet", line.order.placed_at, told)


def _missing_of_subscriptions(person: Person) -> Iterable[Entry]:
    """What was subscribed to and has opened nothing."""
    has_grant = select(Grant.id).where(Grant.subscription_id == Subscription.id).exists()
    has_license = select(License.id).where(License.subscription_id == Subscription.id).exists()
    query = select(Subscription).where(
        Subscription.user_id == (person.user_id or 0), BEGUN, ~has_grant, ~has_license
    )
    found: Sequence[Subscription] = session.scalars(
        query.options(joinedload(Subscription.product))
    ).all()
    for subscription in found:
        told = sentences.of_unopened_subscription(subscription)
        yield Entry(subscription.product.title, "Nothing yet", subscription.created_at, told)


def person_named(email_norm: str) -> Person:
    """For staff: by address, whether it has an account or not."""
    user_id = session.scalar(select(User.id).where(User.email_norm == email_norm))
    return Person(user_id, email_norm)
