"""A license comes with a paid line, and goes when all of the order's money went back."""

from contextlib import suppress

from sqlalchemy import exists, select, update

from shop.catalog.models import Kind
from shop.db import session
from shop.events import (
    AddressVerified,
    DisputeChanged,
    KeysCame,
    LinesRefunded,
    OrderPaid,
    OrderRefunded,
    OrderRestored,
)
from shop.licenses import covering, minting
from shop.licenses.models import License, RetiredKey
from shop.licenses.policies import policy_for
from shop.licenses.pool import waiting
from shop.licenses.pool.taking import NoKeys
from shop.orders import rights
from shop.orders.access import LineAccess
from shop.orders.models import Order, OrderLine


def issue(event: OrderPaid) -> None:
    """One license for each line that sells one; repeating it changes nothing."""
    order = session.get_one(Order, event.order_id)
    for line in order.lines:
        if line.kind is Kind.LICENSE:
            _issue(line, order.user_id)


def issue_late(event: KeysCame) -> None:
    """To who paid when the pool was empty."""
    line = session.get_one(OrderLine, event.order_line_id)
    with suppress(NoKeys):
        _mint(line, line.order.user_id)


def _issue(line: OrderLine, user_id: int | None) -> None:
    try:
        _mint(line, user_id)
    except NoKeys:
        if session.scalar(select(License.id).filter_by(order_line_id=line.id)) is None:
            waiting.wait(line)


def _mint(line: OrderLine, user_id: int | None) -> None:
    license_id = minting.mint(
        policy_for(line.product_id, line.variant_id),
        line.variant_id,
        line.quantity,
        expires=True,
        order_line_id=line.id,
        user_id=user_id,
    )
    if license_id:
        covering.cover(line.id, session.get_one(License, license_id).expires_at)


def end(event: OrderRefunded) -> None:
    rights.end(License, event.order_id)


def end_lines(event: LinesRefunded) -> None:
    rights.settle_lines(License, event.order_id)


def restore(event: OrderRestored) -> None:
    """Machines and all."""
    rights.restore(License, event.order_id)


def follow_dispute(event: DisputeChanged) -> None:
    rights.follow_dispute(License, event)


def adopt(event: AddressVerified) -> None:
    """After their orders: the licenses of those become the customer's too."""
    query = select(OrderLine.id).join(Order).where(Order.user_id == event.user_id)
    guests = License.user_id.is_(None) & License.order_line_id.in_(query)
    session.execute(update(License).where(guests).values(user_id=event.user_id))


def access_for(order: Order) -> dict[int, LineAccess]:
    """By order line: the key that it was sold with, while that opens something.

    Whoever has the link of an order reads this, so a key that replaced another one is not told.
    """
    lines = [line.id for line in order.lines if line.kind is Kind.LICENSE]
    if not lines:
        return {}
    open_licenses = select(License.order_line_id, License.key).where(
        License.order_line_id.in_(lines),
        License.ended_at.is_(None),
        ~exists().where(RetiredKey.license_id == License.id),
    )
    return {
        line_id: LineAccess(license_key=key)
        for line_id, key in session.execute(open_licenses)
        if line_id is not None
    }
