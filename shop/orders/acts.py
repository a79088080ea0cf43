"""What staff does to an order: one at a time, and once however often a form is sent."""

import secrets
from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column

from shop.db import Base, insert_once, session, utcnow
from shop.errors import BadInput
from shop.orders.models import Order

LONGEST_TOKEN = 64


class OrderAct(Base):
    """A form of the staff that was sent and done. Its token makes a second click harmless."""

    __tablename__ = "order_acts"
    __table_args__ = (UniqueConstraint("order_id", "token"),)

    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"))
    token: Mapped[str]
    act: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(default=utcnow)


def new_token() -> str:
    """For a form that is shown."""
    return secrets.token_urlsafe(12)


def lock(order: Order) -> None:
    """Ours until the commit; with all that hangs on it as it is now, whatever was read before."""
    session.scalars(select(Order.id).where(Order.id == order.id).with_for_update()).one()
    session.expire_all()


def is_new(order: Order, act: str, token: str) -> bool:
    """False when this very form was done before, or is being done; the order is locked."""
    if not 0 < len(token) <= LONGEST_TOKEN:
        raise BadInput("This form came without its token. Go back, reload the page and try again.")
    lock(order)
    return insert_once(OrderAct, order_id=order.id, token=token, act=act) is not None
