"""Prices that are not what the customer saw when the line was added."""

from collections.abc import Iterable, Sequence

from sqlalchemy import select

from shop.cart import holding
from shop.cart.models import MOST_PER_LINE, Cart, CartLine
from shop.catalog.models import Price, Status
from shop.db import session


def current_prices(lines: Sequence[CartLine]) -> dict[int, Price | None]:
    """What each line costs now, by line id: its own price, the one that took its place, or None.

    A price that sold something is never edited: it is withdrawn, and the variant gets another.
    """
    withdrawn = [line.price for line in lines if _is_offered(line) and not line.price.is_active]
    successors = _successors(withdrawn) if withdrawn else {}
    found: dict[int, Price | None] = {}
    for line in lines:
        own = line.price if line.price.is_active else successors.get(line.price.variant_id)
        found[line.id] = own if _is_offered(line) else None
    return found


def accept() -> None:
    """The customer has read which prices changed, and goes on with the new ones."""
    cart = holding.touch_existing()
    prices = current_prices(cart.lines)
    for line in list(cart.lines):
        price = prices[line.id]
        if price is not None:
            _settle(cart, line, price)


def _is_offered(line: CartLine) -> bool:
    return line.price.variant.product.status == Status.PUBLISHED


def _successors(withdrawn: Iterable[Price]) -> dict[int, Price]:
    """By variant; the newest price wins."""
    currencies = {price.variant_id: price.currency for price in withdrawn}
    offers = select(Price).where(
        Price.variant_id.in_(currencies), Price.is_active, Price.interval.is_(None)
    )
    return {
        price.variant_id: price
        for price in session.scalars(offers.order_by(Price.id))
        if price.currency == currencies[price.variant_id]
    }


def _settle(cart: Cart, line: CartLine, price: Price) -> None:
    twin = next((other for other in cart.lines if other.price_id == price.id), line)
    if twin is not line:
        twin.quantity = min(twin.quantity + line.quantity, MOST_PER_LINE)
        cart.lines.remove(line)
    twin.price = price
    twin.seen_amount = price.unit_amount
