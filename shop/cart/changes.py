"""Prices that are not what the customer saw when the line was added."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from shop.cart import holding, lines
from shop.cart.lines import Line
from shop.cart.models import MOST_PER_LINE, Cart, CartLine
from shop.catalog.models import Price, Status
from shop.db import session


@dataclass(frozen=True)
class CurrentPrice:
    id: int
    unit_amount: int


def current_prices(rows: Sequence[Line]) -> dict[int, CurrentPrice | None]:
    """What each line costs now, by line id: its own price, the one that took its place, or None.

    A price that sold something is never edited: it is withdrawn, and the variant gets another.
    """
    withdrawn = [row for row in rows if _is_offered(row) and not row.is_active]
    successors = _successors(withdrawn) if withdrawn else {}
    found: dict[int, CurrentPrice | None] = {}
    for row in rows:
        own = CurrentPrice(row.price_id, row.unit_amount)
        now = own if row.is_active else successors.get(row.variant_id)
        found[row.id] = now if _is_offered(row) else None
    return found


def accept() -> None:
    """The customer has read which prices changed, and goes on with the new ones."""
    cart = holding.touch_existing()
    prices = current_prices(lines.read(cart.id))
    for line in list(cart.lines):
        price = prices[line.id]
        if price is not None:
            _settle(cart, line, price)


def _is_offered(row: Line) -> bool:
    return bool(row.status == Status.PUBLISHED)


def _successors(withdrawn: Iterable[Line]) -> dict[int, CurrentPrice]:
    """By variant; the newest price wins."""
    currencies = {row.variant_id: row.currency for row in withdrawn}
    offers = select(Price).where(
        Price.variant_id.in_(currencies), Price.is_active, Price.interval.is_(None)
    )
    return {
        price.variant_id: CurrentPrice(price.id, price.unit_amount)
        for price in session.scalars(offers.order_by(Price.id))
        if price.currency == currencies[price.variant_id]
    }


def _settle(cart: Cart, line: CartLine, price: CurrentPrice) -> None:
    twin = next((other for other in cart.lines if other.price_id == price.id), line)
    if twin is not line:
        twin.quantity = min(twin.quantity + line.quantity, MOST_PER_LINE)
        cart.lines.remove(line)
    twin.price_id = price.id
    twin.seen_amount = price.unit_amount
