"""What somebody ordered as a guest, when we know that the address is theirs."""

from sqlalchemy import update

from shop.accounts.models import User
from shop.db import session
from shop.events import AddressVerified
from shop.orders.models import Order


def adopt(event: AddressVerified) -> None:
    """Their earlier orders as a guest with this address become this customer's."""
    user = session.get_one(User, event.user_id)
    guests = Order.user_id.is_(None) & (Order.email_norm == user.email_norm)
    session.execute(update(Order).where(guests).values(user_id=user.id))
