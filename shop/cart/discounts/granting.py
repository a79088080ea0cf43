"""What staff takes off one cart by itself: a discount with a code that nobody can type.

So it takes off lines, is held, taxed, printed and counted as every other one.
"""

import secrets

from sqlalchemy import ColumnElement, delete, exists

from shop.cart import holding
from shop.cart.discounts.models import Discount, DiscountCode, DiscountUse
from shop.cart.discounts.terms import Terms, change_discount
from shop.cart.models import Cart
from shop.db import session


def grant(reason: str, *, basis_points: int | None, amount: int | None) -> None:
    """Take this off the cart in hand, instead of what was taken off it before.

    :param reason: the buyer reads it, where a code would stand.
    :raises BadTerms: with the problems by field.
    """
    cart = holding.touch_existing()
    currency = cart.currency if amount is not None else None
    terms = Terms(reason, basis_points=basis_points, amount=amount, currency=currency)
    code = of_cart(cart)
    discount = code.discount if code else Discount(uses=0, is_granted=True)
    session.add(discount)
    change_discount(discount, terms)
    if code is None:
        code = DiscountCode(discount_id=discount.id, key=f"granted:{secrets.token_urlsafe()}")
        code.uses = 0
        session.add(code)
    code.code = discount.name
    session.flush()  # the cart needs the id
    cart.discount_code_id = code.id


def revoke() -> None:
    """Nothing is taken off the cart in hand by itself any more."""
    cart = holding.touch_existing()
    if code := of_cart(cart):
        cart.discount_code_id = None
        session.flush()  # nothing refers to it but orders
        session.execute(delete(Discount).where(Discount.id == code.discount_id, _is_unused()))


def of_cart(cart: Cart) -> DiscountCode | None:
    """What staff takes off it; None for a code that somebody typed."""
    if cart.discount_code_id is None:
        return None
    code = session.get_one(DiscountCode, cart.discount_code_id)
    return code if code.discount.is_granted else None


def _is_unused() -> ColumnElement[bool]:
    return ~exists().where(DiscountUse.discount_id == Discount.id)
