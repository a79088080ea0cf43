"""Another article instead of what cannot be sent of a line. The order is locked.

All pieces of the line that wait are swapped. What was charged stays what was charged, so no amount,
tax or invoice line changes: a dearer article is the shop's gift, and of a cheaper one the
difference goes back, in proportion to what the buyer paid.
"""

from dataclasses import dataclass

from shop import money
from shop.billing.models import Payment
from shop.catalog import stock
from shop.catalog.models import Kind, Price
from shop.catalog.prices import sellable
from shop.db import session
from shop.errors import NotFound, ShopError
from shop.orders import mails, timeline
from shop.orders.fulfilment import shipping, state, waiting
from shop.orders.fulfilment.models import LineSwap
from shop.orders.models import Order, OrderLine
from shop.orders.refunding import planning, requesting
from shop.orders.refunding.planning import Choice, Plan


class CannotSwap(ShopError):
    title = "It cannot be sent instead"


@dataclass(frozen=True)
class Offer:
    """What would be sent instead, and what would go back."""

    line: OrderLine
    price: Price
    pieces: int
    refund: Plan | None
    """None unless the article is cheaper."""

    @property
    def difference(self) -> int:
        return self.refund.total if self.refund else 0

    @property
    def seen(self) -> str:
        """Changes when somebody else swaps, sends or refunds the line, or the price changes."""
        return f"{len(self.line.swaps)}-{self.pieces}-{self.difference}-{self.price.unit_amount}"


def lines_of(order: Order) -> list[OrderLine]:
    """Those that wait, with no piece of what waits packed already."""
    return [line for line in waiting.lines_of(order) if not line.packed]


def offer(order: Order, payments: list[Payment], line_id: int, price_id: int) -> Offer:
    """
    :raises NotFound: when no such line waits.
    :raises NotForSale: when nothing is sold at this price.
    :raises CannotSwap: when it is no article to send, or another currency's.
    :raises BadInput: when the difference is not there any more to give back.
    """
    line = next((line for line in lines_of(order) if line.id == line_id), None)
    if line is None:
        raise NotFound
    price = sellable(price_id)
    _demand_article(line, price)
    saved = difference_of(line, price)
    plan = planning.plan(order, payments, Choice(amount=saved)) if saved else None
    if plan and plan.is_whole:
        raise CannotSwap("Nothing of the money would be left. Refund the order instead.")
    return Offer(line, price, line.to_send, plan)


def swap(offer: Offer, reason: str, *, restock: bool) -> LineSwap:
    """The buyer hears of it.

    :param restock: whether what was sold is on the shelf after all.
    :raises OutOfStock: when there are not enough of what would be sent.
    :raises BadInput: when no single payment has the difference left.
    """
    line, variant = offer.line, offer.price.variant
    order, gone = line.order, line.article
    made = LineSwap(
        variant_id=variant.id, title=variant.product.title, sku=variant.sku,
        options=variant.options, quantity=offer.pieces, unit_amount=offer.price.unit_amount,
    )  # fmt: skip
    line.swaps.append(made)
    session.flush()  # its stock is taken in its name
    _move_stock(gone.variant_id, made, restock=restock)
    if line.backorder:
        session.delete(line.backorder)
        line.backorder = None
    state.settle(order)
    told = f"{made.full_title} is sent instead of {gone.full_title}."
    timeline.note_act(order, "swapped", told, swap=made.id, pieces=made.quantity, sku=made.sku)
    if offer.refund:
        (made.refund,) = requesting.request(offer.refund, reason)
    mails.send_swapped(order, gone, made)
    return made


def _demand_article(line: OrderLine, price: Price) -> None:
    product = price.variant.product
    if product.kind is not Kind.PHYSICAL:
        raise CannotSwap(f"{product.title} is not sent in a parcel.")
    if price.is_recurring or price.currency != line.order.currency:
        raise CannotSwap(f"This price of {product.title} is not one of this order.")
    if price.variant_id == line.article.variant_id:
        raise CannotSwap("That is what is to be sent already.")


def difference_of(line: OrderLine, price: Price) -> int:
    """What the buyer paid too much for the pieces that wait; parts of a cent are theirs."""
    worth = min([line.unit_amount, *(swap.unit_amount for swap in line.swaps)])
    saved = worth - price.unit_amount
    if saved <= 0:
        return 0
    charged, step = planning.charged_for(line, line.to_send), money.step(price.currency)
    return min(charged, -(-charged * saved // (worth * step)) * step)


def _move_stock(gone_id: int, made: LineSwap, *, restock: bool) -> None:
    """Locked as all stock is: by variant."""
    holder = f"swap:{made.id}"
    for variant_id in sorted((gone_id, made.variant_id)):
        if variant_id == made.variant_id:
            stock.reserve(holder, {variant_id: made.quantity})
            stock.take(holder)
        elif restock:
            shipping.shelve(variant_id, made.quantity, f"{holder}:back")
