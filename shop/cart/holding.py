"""Whose cart: a visitor's by the signed cookie, a customer's by who is signed in.

Every change first raises the cart's version. That one statement finds the cart and locks it, so
that two changes at once queue up behind each other on every database.
"""

from flask_login import current_user
from sqlalchemy import ColumnElement, and_, update

from shop.cart import cookie
from shop.cart.models import Cart
from shop.db import insert, session
from shop.errors import NotFound


def in_hand() -> ColumnElement[bool] | None:
    """What tells the cart in hand from all others; None when there cannot be one."""
    if current_user.is_authenticated:
        return Cart.user_id == int(current_user.id)
    token = cookie.read()
    return and_(Cart.token == token, Cart.user_id.is_(None)) if token else None


def touch() -> Cart | None:
    """The cart in hand, locked and its version raised."""
    mine = in_hand()
    if mine is None:
        return None
    raised = update(Cart).where(mine).values(version=Cart.version + 1)
    return session.scalar(raised.returning(Cart))


def touch_existing() -> Cart:
    cart = touch()
    if cart is None:
        raise NotFound("Your cart is empty.")
    return cart


def open_cart(currency: str) -> Cart:
    """A new cart, or the one that the same customer opened a moment ago in another tab."""
    if not current_user.is_authenticated:
        cart = Cart(currency=currency)
        session.add(cart)
        session.flush()  # its lines need the id
        return cart
    values = {"user_id": current_user.id, "currency": currency}
    session.execute(insert(Cart).values(values).on_conflict_do_nothing(index_elements=["user_id"]))
    return touch_existing()
