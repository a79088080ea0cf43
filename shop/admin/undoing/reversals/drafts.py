"""What is in a draft."""

from typing import Any

from sqlalchemy import select

from shop.accounts import access
from shop.admin.undoing.reversal import CannotComeBack, Reversal
from shop.cart import carts
from shop.cart.discounts import applying, granting
from shop.cart.discounts.models import DiscountCode
from shop.cart.models import Cart, CartLine
from shop.checkout.drafts import drafts, limits
from shop.checkout.drafts.drafts import Contents
from shop.checkout.drafts.models import Draft
from shop.db import session


def line_key(draft: Draft, line_id: int) -> str:
    """By what it sells: a line that comes back is another row."""
    mine = CartLine.cart_id == draft.cart_id
    return price_key(
        draft, session.scalar(select(CartLine.price_id).filter_by(id=line_id).where(mine))
    )


def price_key(draft: Draft, price_id: object) -> str:
    return f"{draft.id}:{price_id}"


def code_key(draft: Draft) -> str:
    return f"{draft.id}:code"


def grant_key(draft: Draft) -> str:
    return f"{draft.id}:grant"


def _cart(key: str) -> Cart:
    """
    :raises CannotComeBack: of a draft that is gone.
    """
    draft = session.get(Draft, int(key.partition(":")[0]))
    if draft is None:
        raise CannotComeBack
    session.refresh(draft.cart)
    return draft.cart


def _line(key: str) -> CartLine | None:
    cart, price_id = _cart(key), key.partition(":")[2]
    return next((line for line in cart.lines if str(line.price_id) == price_id), None)


def _quantity(key: str) -> int | None:
    line = _line(key)
    return line.quantity if line else None


def _open(key: str) -> Contents:
    """
    :raises ShopError: when it was paid or withdrawn, or is being paid.
    """
    draft = session.get_one(Draft, int(key.partition(":")[0]))
    return drafts.open_for_change(draft, drafts.seen(drafts.contents(draft)))


def _set_quantity(key: str, before: int | None) -> None:
    _open(key)
    line = _line(key)
    if before is None and line:
        carts.remove(line.id)
    elif line:
        carts.set_quantity(line.id, before or 0)
    else:
        carts.add(int(key.partition(":")[2]), before or 0)


def _subject(key: str) -> str:
    return f"draft:{key.partition(':')[0]}"


LINE = Reversal(_quantity, _set_quantity, _subject)


def _code(key: str) -> str | None:
    cart = _cart(key)
    if cart.discount_code_id is None or granting.of_cart(cart):
        return None
    return session.get_one(DiscountCode, cart.discount_code_id).code


def _set_code(key: str, before: str | None) -> None:
    now = _open(key)
    if before is None:
        applying.remove_code()
    else:
        applying.apply_code(before, now.checkout.email)


CODE = Reversal(_code, _set_code, _subject)


def _granted(key: str) -> dict[str, Any] | None:
    code = granting.of_cart(_cart(key))
    if code is None:
        return None
    discount = code.discount
    return {
        "reason": discount.name,
        "basis_points": discount.basis_points,
        "amount": discount.amount,
    }


def _grant(key: str, before: dict[str, Any] | None) -> None:
    now = _open(key)
    if before is None:
        granting.revoke()
        return
    granting.grant(**before)
    draft = session.get_one(Draft, int(key.partition(":")[0]))
    limits.demand(access.signed_in_user(), draft, now)


GRANT = Reversal(_granted, _grant, _subject)
