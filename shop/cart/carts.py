"""What can be done with the cart in hand."""

from collections.abc import Sequence
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Executable, Select, bindparam, func, select, update
from sqlalchemy.orm import joinedload

from shop import config
from shop.cart import cookie, holding, lines
from shop.cart.lines import Line
from shop.cart.models import MOST_PER_LINE, Cart, CartLine
from shop.catalog import prices
from shop.catalog.models import Price, Variant
from shop.db import insert, session
from shop.errors import BadInput, NotFound, ShopError

MOST_LINES = 50
_HOW_MANY_LINES = select(func.count(CartLine.id)).where(CartLine.cart_id == bindparam("cart_id"))


class BadQuantity(BadInput):
    message = f"Choose a quantity from 1 to {MOST_PER_LINE}."

    def __init__(self) -> None:
        super().__init__(quantity=[self.message])


class SubscriptionInCart(ShopError):
    message = "A subscription is bought on its own from its product page."


class MixedCurrencies(ShopError):
    message = "Your cart is in another currency. Check out or empty it first."


class SoldOut(ShopError):
    title = "Sold out"
    message = "This is sold out right now."


class TooMany(ShopError):
    message = f"A cart holds at most {MOST_PER_LINE} of one item."


class FullCart(ShopError):
    message = f"A cart holds at most {MOST_LINES} different items."


class NotInCart(NotFound):
    message = "That is no longer in your cart."


@cache
def _found(condition: ColumnElement[bool]) -> Select[Cart]:
    return select(Cart).where(condition)


@cache
def _found_with_lines(condition: ColumnElement[bool]) -> Select[Any]:
    return lines.beside(_found(condition))


@cache
def _counted(condition: ColumnElement[bool]) -> Select[int]:
    return select(func.sum(CartLine.quantity)).join(Cart).where(condition)


def find_cart() -> Cart | None:
    mine = holding.in_hand()
    return None if mine is None else session.scalar(_found(mine.condition), mine.params)


def find_with_lines() -> tuple[Cart, Sequence[Line]] | None:
    """The cart in hand and what is in it, in one statement."""
    mine = holding.in_hand()
    if mine is None:
        return None
    rows = session.execute(_found_with_lines(mine.condition), mine.params).all()
    return (rows[0][0], lines.found_in(rows)) if rows else None


def empty_cart() -> Cart:
    """For who has none: it is not saved."""
    return Cart(currency=config.current().currency, version=0)


def count_items() -> int:
    """How many things are in the cart in hand; asks nothing when there cannot be a cart."""
    mine = holding.in_hand()
    if mine is None:
        return 0
    return session.scalar(_counted(mine.condition), mine.params) or 0


def add(price_id: int, quantity: int) -> None:
    """Put a one-time price into the cart, on top of what is there of it.

    :raises ShopError: also when the price is unknown or withdrawn.
    """
    _check_quantity(quantity)
    price = prices.sellable(price_id)
    if price.is_recurring:
        raise SubscriptionInCart
    if price.variant.available == 0:
        raise SoldOut
    cart = holding.touch() or holding.open_cart(price.currency)
    if cart.currency != price.currency:
        _switch_currency(cart, price.currency)
    _add_line(cart, price, quantity)
    if cart.user_id is None and not holding.is_lent():
        cookie.keep(cart.token)


def set_quantity(line_id: int, quantity: int) -> None:
    """Have so many of a line.

    :raises NotInCart: when the line is not in the cart in hand.
    """
    _check_quantity(quantity)
    cart = holding.touch_existing()
    changed = (
        update(CartLine)
        .where(CartLine.id == line_id, CartLine.cart_id == cart.id)
        .values(quantity=quantity)
    )
    if session.scalar(changed.returning(CartLine.id)) is None:
        raise NotInCart


def remove(line_id: int) -> CartLine:
    """Take the line out; what is returned tells what it was.

    :raises NotInCart: when the line is not in the cart in hand.
    """
    cart = holding.touch_existing()
    line = session.scalar(
        select(CartLine)
        .where(CartLine.id == line_id, CartLine.cart_id == cart.id)
        .options(joinedload(CartLine.price).joinedload(Price.variant).joinedload(Variant.product))
    )
    if line is None:
        raise NotInCart
    session.delete(line)
    return line


def empty(cart_id: int, version: int) -> bool:
    """Take everything out, unless the cart changed after that version."""
    emptied = (
        update(Cart)
        .where(Cart.id == cart_id, Cart.version == version)
        .values(version=Cart.version + 1)
    )
    cart = session.scalar(emptied.returning(Cart))
    if cart is None:
        return False
    cart.lines.clear()
    return True


def _check_quantity(quantity: int) -> None:
    if not 1 <= quantity <= MOST_PER_LINE:
        raise BadQuantity


def _switch_currency(cart: Cart, currency: str) -> None:
    if cart.lines:
        raise MixedCurrencies
    cart.currency = currency


def _add_line(cart: Cart, price: Price, quantity: int) -> None:
    line = {
        "cart_id": cart.id,
        "price_id": price.id,
        "quantity": quantity,
        "seen_amount": price.unit_amount,
    }
    if session.scalar(_added_on(session.get_bind().dialect.name), line) is None:
        raise TooMany
    if (session.scalar(_HOW_MANY_LINES, {"cart_id": cart.id}) or 0) > MOST_LINES:
        raise FullCart


@cache
def _added_on(_dialect: str) -> Executable:
    """One statement for each kind of database: building it takes longer than running it."""
    table: Any = CartLine.__table__  # of a mapped class, it would be an insert of many
    line = insert(table)
    fresh = line.excluded
    together = table.c.quantity + fresh.quantity
    return line.on_conflict_do_update(
        index_elements=["cart_id", "price_id"],
        set_={"quantity": together, "seen_amount": fresh.seen_amount},
        where=together <= MOST_PER_LINE,
    ).returning(table.c.id)
