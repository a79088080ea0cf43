"""A customer types a code, or takes it away again."""

from shop.accounts.throttle import Tries
from shop.cart import holding, summary
from shop.cart.discounts import codes, granting, refusals, standing
from shop.cart.discounts.models import DiscountCode
from shop.cart.discounts.refusals import CodeRefused
from shop.cart.models import Cart

guesses = Tries({"address": 30}, "Too many codes were wrong.")
"""Unknown codes alone are counted: a good one that is refused is no guess."""

NOBODY = ""
"""Guesses are counted by where they come from; a person costs nothing to invent."""


def apply_code(typed: str, email: str = "") -> None:
    """Let the cart in hand have this code, instead of another one.

    :param email: where the order's mails will go, once that is known.
    :raises CodeRefused: saying why; the cart stays as it was.
    :raises EmptyCart: when there is nothing to take it off.
    :raises TooManyTries: when too many unknown codes came from this address.
    """
    key = codes.normalize(typed)[: codes.LONGEST]
    if not key:
        raise CodeRefused(refusals.MISSING)
    guesses.check(NOBODY)
    cart = _open_for_codes()
    lines = summary.of(cart).lines
    if not lines:
        raise holding.EmptyCart
    found = standing.find(DiscountCode.key == key, cart, lines, email)
    if found is None:
        guesses.count(NOBODY)
        raise CodeRefused(refusals.UNKNOWN)
    if found.problem:
        raise CodeRefused(found.problem)
    cart.discount_code_id = found.code_id


def remove_code() -> None:
    """The cart in hand has no code any more.

    :raises CodeRefused: when it is no code but what staff takes off.
    """
    _open_for_codes().discount_code_id = None


def _open_for_codes() -> Cart:
    """
    :raises CodeRefused: while staff takes something off it.
    """
    cart = holding.touch_existing()
    if granting.of_cart(cart):
        raise CodeRefused(refusals.GRANTED)
    return cart


def drop(cart: Cart) -> None:
    """The code of a cart that is locked does not hold any more."""
    cart.discount_code_id = None
    cart.version += 1
