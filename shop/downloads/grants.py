"""Who may download what: given when an order is paid, ended when its money went back."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from flask_login import current_user
from sqlalchemy import ColumnElement, and_, exists, or_, select, update
from sqlalchemy.orm import joinedload

from shop import config
from shop.accounts.access import SignInRequired
from shop.catalog.models import Kind, Product
from shop.db import insert_once, session, utcnow
from shop.downloads.models import Download, Grant, Release
from shop.errors import NotFound, ShopError
from shop.events import (
    AddressVerified,
    DisputeChanged,
    GrantGiven,
    LinesRefunded,
    OrderPaid,
    OrderRefunded,
    OrderRestored,
    publish,
)
from shop.orders import rights
from shop.orders.access import LineAccess
from shop.orders.models import Order, OrderLine, PaymentState

MOST = 25
"""Downloads per piece bought: generous for a person, tight for a public link."""

DOWNLOADED = (Kind.DIGITAL, Kind.LICENSE)


class NoDownloadsLeft(ShopError):
    title = "No downloads left"
    message = "All downloads of this purchase are used. Write to us, and we will allow more."


class TimeOver(ShopError):
    status = 410
    title = "The time for this download is over"
    message = "The time for this download is over. Write to us if you still need it."


class OnHold(ShopError):
    status = 403
    title = "This download is on hold"

    def __init__(self, grant: Grant) -> None:
        is_disputed = grant.suspend_reason == rights.DISPUTE
        why = "its payment is disputed with the bank" if is_disputed else "we look into it"
        super().__init__(f"This download is on hold while {why}. Write to us if that is a mistake.")


def give(event: OrderPaid) -> None:
    """One grant for each line that has something to download; repeating it changes nothing."""
    _give(_lines_with_files(event.order_id))


def _lines_with_files(order_id: int) -> Sequence[OrderLine]:
    query = select(OrderLine).join(Product, Product.id == OrderLine.product_id)
    query = query.where(
        OrderLine.order_id == order_id,
        OrderLine.kind.in_(DOWNLOADED),
        or_(Product.download_url != "", exists().where(Release.product_id == Product.id)),
    )
    return session.scalars(query).all()


def give_late(product_id: int) -> None:
    """To those who paid for the product when there was nothing to download yet."""
    query = select(OrderLine).join(OrderLine.order)
    query = query.where(
        OrderLine.product_id == product_id,
        OrderLine.kind.in_(DOWNLOADED),
        Order.payment_state.in_([PaymentState.PAID, PaymentState.PARTIALLY_REFUNDED]),
        ~exists().where(Grant.order_line_id == OrderLine.id),
    )
    lines = session.scalars(query).all()
    _tell(_give(lines))
    for order_id in {line.order_id for line in lines}:
        rights.settle_order(Grant, order_id)


def _give(lines: Iterable[OrderLine]) -> list[int]:
    """The ids of those that are new."""
    given = [
        insert_once(
            Grant,
            order_line_id=line.id,
            product_id=line.product_id,
            user_id=line.order.user_id,
            most=MOST * line.quantity,
        )
        for line in lines
    ]
    return [grant_id for grant_id in given if grant_id]


def _tell(grant_ids: list[int]) -> None:
    """Of grants that came after the license of the same cause."""
    for grant_id in grant_ids:
        publish(GrantGiven(grant_id))


def allow_more(product_id: int, downloads: int) -> None:
    """To everybody whose downloads are counted."""
    counted = (Grant.product_id == product_id) & Grant.most.is_not(None)
    session.execute(update(Grant).where(counted).values(most=Grant.most + downloads))


def cover(cause: ColumnElement[bool], until: datetime | None) -> None:
    """What covers releases up to a day: grants of the same cause open those, and no later ones."""
    session.execute(update(Grant).where(cause).values(versions_until=until))


def end(event: OrderRefunded) -> None:
    rights.end(Grant, event.order_id)


def end_lines(event: LinesRefunded) -> None:
    rights.settle_lines(Grant, event.order_id)


def restore(event: OrderRestored) -> None:
    """What came to be downloaded meanwhile is theirs too."""
    rights.restore(Grant, event.order_id)
    _tell(_give(_lines_with_files(event.order_id)))


def follow_dispute(event: DisputeChanged) -> None:
    rights.follow_dispute(Grant, event)


def adopt(event: AddressVerified) -> None:
    """After their orders: what those opened becomes the customer's too."""
    query = select(OrderLine.id).join(Order).where(Order.user_id == event.user_id)
    guests = Grant.user_id.is_(None) & Grant.order_line_id.in_(query)
    session.execute(update(Grant).where(guests).values(user_id=event.user_id))


def access_for(order: Order) -> dict[int, LineAccess]:
    """By order line: the stable page of its open grant."""
    base = config.current().base_url
    lines = select(OrderLine.id).where(OrderLine.order_id == order.id)
    open_grants = select(Grant).where(Grant.order_line_id.in_(lines), Grant.ended_at.is_(None))
    return {
        grant.order_line_id: LineAccess(
            download_url=f"{base}/downloads/{grant.token}", license_key=None
        )
        for grant in session.scalars(open_grants)
        if grant.order_line_id is not None
    }


def find(token: str) -> Grant:
    """The grant of a stable page, for whom it was given.

    :raises NotFound: when it is unknown, taken back, or another person's.
    :raises OnHold: to its owner.
    :raises SignInRequired: when it belongs to an account and nobody is signed in.
    """
    grant = _one(Grant.token == token)
    if grant.user_id is not None and not current_user.is_authenticated:
        raise SignInRequired
    return _checked(grant)


def get(grant_id: int) -> Grant:
    """The grant of a link that was minted for this person.

    :raises NotFound: as `find` does, and for who signed out since.
    """
    return _checked(_one(Grant.id == grant_id))


def for_product(product_id: int, order_token: str | None) -> Grant:
    """A grant for this product of the signed-in customer, or of the order a guest names.

    One that can still be used goes first.

    :raises NotFound: when there is none.
    :raises OnHold: when there is no other.
    """
    query = select(Grant).options(joinedload(Grant.product)).order_by(Grant.id.desc())
    query = query.where(Grant.product_id == product_id, Grant.ended_at.is_(None))
    if order_token:
        query = query.join(OrderLine, OrderLine.id == Grant.order_line_id)
        query = query.join(Order).where(Order.token == order_token)
    else:
        query = query.where(Grant.user_id == _user_id(), Grant.user_id.is_not(None))
    mine = [grant for grant in session.scalars(query) if grant.user_id in {None, _user_id()}]
    if not mine:
        raise NotFound
    usable = (one for one in mine if not one.is_over and one.left != 0 and not one.suspended_at)
    return _not_resting(next(usable, mine[0]))


def mine() -> Sequence[Grant]:
    """Of the signed-in customer, newest first, also those taken back."""
    query = select(Grant).options(joinedload(Grant.product)).where(Grant.user_id == _user_id())
    return session.scalars(query.order_by(Grant.given_at.desc(), Grant.id.desc())).all()


def _one(condition: ColumnElement[bool]) -> Grant:
    query = select(Grant).options(joinedload(Grant.product))
    grant = session.scalar(query.where(condition, Grant.ended_at.is_(None)))
    if grant is None:
        raise NotFound
    return grant


def _checked(grant: Grant) -> Grant:
    if grant.user_id is not None and grant.user_id != _user_id():
        raise NotFound
    return _not_resting(grant)


def _not_resting(grant: Grant) -> Grant:
    if grant.suspended_at:
        raise OnHold(grant)
    return grant


def _user_id() -> int | None:
    return current_user.id if current_user.is_authenticated else None


def use(grant_id: int, file_name: str, nonce: str) -> None:
    """Count one download, once per nonce; check and count are one statement.

    :raises NoDownloadsLeft: when the limit is reached, or the grant ended a moment ago.
    """
    if not insert_once(Download, grant_id=grant_id, file_name=file_name, nonce=nonce):
        return
    counted = session.scalar(
        update(Grant)
        .where(Grant.id == grant_id, _usable(utcnow()))
        .values(used=Grant.used + 1)
        .returning(Grant.id)
        .execution_options(synchronize_session=False)
    )
    if counted is None:
        raise NoDownloadsLeft


def _usable(now: datetime) -> ColumnElement[bool]:
    return and_(
        Grant.ended_at.is_(None),
        Grant.suspended_at.is_(None),
        or_(Grant.expires_at.is_(None), Grant.expires_at > now),
        or_(Grant.most.is_(None), Grant.used < Grant.most),
    )
