"""Who a page of support is about: an account, or a guest by what they ordered."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, or_, select

from shop.accounts.models import User
from shop.db import session
from shop.errors import NotFound
from shop.orders.models import Order


@dataclass(frozen=True)
class Person:
    user: User | None
    email: str
    email_norm: str
    name: str
    number: str = ""
    """Of a guest's order: it stands for them in addresses."""

    @property
    def user_id(self) -> int | None:
        return self.user.id if self.user else None

    @property
    def subject(self) -> str:
        """As the audit log names them."""
        return f"customer:{self.user.id}" if self.user else f"order:{self.number}"

    @property
    def ordered(self) -> ColumnElement[bool]:
        """Their orders; of an account also those as a guest with the same address."""
        as_guest = and_(Order.email_norm == self.email_norm, Order.user_id.is_(None))
        return or_(Order.user_id == self.user.id, as_guest) if self.user else as_guest


def of_account(user_id: int) -> Person:
    """:raises NotFound: when there is no such account."""
    user = session.get(User, user_id) if user_id < 2**31 else None
    if user is None:
        raise NotFound
    return Person(user, user.email, user.email_norm, user.name)


def of_order(number: str) -> Person:
    """Whoever ordered it.

    :raises NotFound: when there is no such order.
    """
    order = session.scalar(select(Order).where(Order.number == number))
    if order is None:
        raise NotFound
    mine = User.id == order.user_id if order.user_id else User.email_norm == order.email_norm
    user = session.scalar(select(User).where(mine))
    if user:
        return Person(user, user.email, user.email_norm, user.name)
    return Person(None, order.email, order.email_norm, order.name, order.number)


def of_email(email_norm: str) -> Person:
    """:raises NotFound: when nobody has an account or an order with this address."""
    user = session.scalar(select(User).where(User.email_norm == email_norm))
    if user:
        return Person(user, user.email, user.email_norm, user.name)
    newest = select(Order.number).where(Order.email_norm == email_norm).order_by(Order.id.desc())
    return of_order(session.scalar(newest.limit(1)) or "")
