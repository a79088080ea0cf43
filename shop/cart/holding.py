"""Whose cart: a visitor's by the signed cookie, a customer's by who is signed in, or one lent.

Every change first raises the cart's version. That one statement finds the cart and locks it, so
that two changes at once queue up behind each other on every database.
"""

from functools import cache
from typing import Any, NamedTuple

from flask import g
from flask_login import current_user
from sqlalchemy import BindParameter, ColumnElement, and_, bindparam, update
from sqlalchemy.sql.dml import ReturningUpdate

from shop.cart import cookie
from shop.cart.models import Cart
from shop.db import session
from shop.errors import NotFound
from shop.rows import put_once

_HOLDER: BindParameter[Any] = bindparam("holder")
_THE_CUSTOMERS = Cart.user_id == _HOLDER
_THE_VISITORS = and_(Cart.token == _HOLDER, Cart.user_id.is_(None))
_THE_LENT = Cart.id == _HOLDER


class EmptyCart(NotFound):
    message = "Your cart is empty."


class Holder(NamedTuple):
    """Who has the cart in hand. The condition is one of three: statements with it can be kept."""

    condition: ColumnElement[bool]
    params: dict[str, Any]


def lend(cart_id: int) -> None:
    """For the rest of this request, this cart is in hand, whoever asks: staff made it for somebody.

    The caller has checked that they may have it.
    """
    g.lent_cart = cart_id


def is_lent() -> bool:
    return "lent_cart" in g


def in_hand() -> Holder | None:
    """What tells the cart in hand from all others; None when there cannot be one."""
    if is_lent():
        return Holder(_THE_LENT, {"holder": g.lent_cart})
    if current_user.is_authenticated:
        return Holder(_THE_CUSTOMERS, {"holder": int(current_user.id)})
    token = cookie.read()
    return Holder(_THE_VISITORS, {"holder": token}) if token else None


@cache
def _raised(condition: ColumnElement[bool]) -> ReturningUpdate[Cart]:
    return update(Cart).where(condition).values(version=Cart.version + 1).returning(Cart)


def touch() -> Cart | None:
    """The cart in hand, locked and its version raised."""
    mine = in_hand()
    return None if mine is None else session.scalar(_raised(mine.condition), mine.params)


def touch_existing() -> Cart:
    cart = touch()
    if cart is None:
        raise EmptyCart
    return cart


def open_cart(currency: str) -> Cart:
    """A new cart, or the one that the same customer opened a moment ago in another tab."""
    user_id = current_user.id if current_user.is_authenticated else None
    cart = Cart(user_id=user_id, currency=currency)
    return cart if put_once(cart) else touch_existing()
