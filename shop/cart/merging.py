"""At sign-in the visitor's cart and the customer's become one."""

from flask import has_request_context
from sqlalchemy import select

from shop.accounts.models import User
from shop.cart import cookie
from shop.cart.models import Cart
from shop.db import session
from shop.events import SignedIn


def merge_guest_cart(event: SignedIn) -> None:
    """The visitor's cart becomes the customer's; what the customer had before moves into it.

    Of what is in both, the larger quantity stays, so that nothing doubles however often somebody
    signs in. The older cart is left empty rather than deleted: a checkout may still point at it.
    """
    token = cookie.read() if has_request_context() else None
    if token is None:
        return
    _lock_customer(event.user_id)
    guest = session.scalar(
        select(Cart).where(Cart.token == token, Cart.user_id.is_(None)).with_for_update()
    )
    cookie.forget()
    if guest is None or not guest.lines:
        return
    older = session.scalar(select(Cart).where(Cart.user_id == event.user_id).with_for_update())
    if older is not None:
        _move_lines(older, guest)
        guest.discount_code_id = guest.discount_code_id or older.discount_code_id
        older.discount_code_id = None
        older.user_id = None
        session.flush()  # a customer has one cart at any moment
    guest.user_id = event.user_id


def _lock_customer(user_id: int) -> None:
    """Two sign-ins of one customer merge one after the other."""
    session.execute(select(User.id).where(User.id == user_id).with_for_update(key_share=True))


def _move_lines(source: Cart, target: Cart) -> None:
    here = {line.price_id: line for line in target.lines}
    for line in list(source.lines):
        twin = here.get(line.price_id)
        if twin:
            twin.quantity = max(twin.quantity, line.quantity)
            session.delete(line)
        elif source.currency == target.currency:
            line.cart = target
    source.version += 1
    target.version += 1
