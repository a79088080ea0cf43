"""How a cart's code stands now: what it takes off, or why it does not."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import contains_eager

from shop import money
from shop.cart.discounts import refusals, spreading
from shop.cart.discounts.models import (
    Discount,
    DiscountCode,
    DiscountUse,
    UseState,
    discount_categories,
    discount_products,
)
from shop.cart.discounts.uses import Customer
from shop.cart.models import Cart
from shop.catalog.models import Category, product_categories
from shop.db import session, utcnow


class Priced(Protocol):
    """A line of the cart."""

    @property
    def product_id(self) -> int: ...

    @property
    def amount(self) -> int: ...


@dataclass(frozen=True)
class Standing:
    code_id: int
    code: str
    """As it is printed."""
    name: str
    currency: str
    shares: tuple[int, ...]
    """Taken off each line, in minor units."""
    problem: str | None
    """Why it takes nothing off, in words."""
    is_granted: bool = False
    """By staff: nobody typed it, and only staff takes it away."""

    @property
    def amount(self) -> int:
        return sum(self.shares)

    @property
    def row(self) -> tuple[str, str]:
        """For the slip."""
        return (f"Discount, {self.code}", money.show(-self.amount, self.currency))


def of_cart(cart: Cart, lines: Sequence[Priced], email: str) -> Standing | None:
    """:param email: where the order's mails will go, once that is known."""
    if cart.discount_code_id is None or not lines:
        return None
    return find(DiscountCode.id == cart.discount_code_id, cart, lines, email)


def find(
    named: ColumnElement[bool], cart: Cart, lines: Sequence[Priced], email: str
) -> Standing | None:
    """The one code that is named, as it would stand in this cart; None when there is none."""
    customer = Customer(cart.user_id, email)
    row = session.execute(_with_counts(named, cart, customer)).one_or_none()
    if row is None:
        return None
    code, mine, held_here = row
    problem, amounts = _look(code, cart, lines, mine - held_here, held_here)
    step = money.step(cart.currency)
    shares = () if problem else spreading.shares(code.discount, amounts, step)
    if not problem and not any(shares):
        problem = refusals.NOT_THESE
    return Standing(
        code_id=code.id,
        code=code.code,
        name=code.discount.name,
        currency=cart.currency,
        shares=(0,) * len(lines) if problem else shares,
        problem=problem,
        is_granted=code.discount.is_granted,
    )


def _with_counts(named: ColumnElement[bool], cart: Cart, customer: Customer) -> Select[Any]:
    """With how many uses are this customer's, and whether this very cart is about to pay by one."""
    counted = select(func.count(DiscountUse.id)).where(
        DiscountUse.discount_id == Discount.id, DiscountUse.state != UseState.RELEASED
    )
    here = (DiscountUse.cart_id == cart.id) & (DiscountUse.state == UseState.HELD)
    mine = counted.where(or_(customer.has_used(), here)).correlate(Discount).scalar_subquery()
    held = counted.where(here).correlate(Discount).scalar_subquery()
    return (
        select(DiscountCode, mine, held)
        .join(DiscountCode.discount)
        .where(named)
        .options(contains_eager(DiscountCode.discount))
    )


def _look(
    code: DiscountCode, cart: Cart, lines: Sequence[Priced], mine: int, held_here: int
) -> tuple[str | None, list[int]]:
    """The first thing that is wrong, and the amounts that it is for."""
    discount = code.discount
    subtotal = sum(line.amount for line in lines)
    problem = (
        refusals.of_time(discount, utcnow())
        or refusals.of_sum(discount, subtotal, cart.currency)
        or refusals.of_limits(discount, _left(code, held_here), mine)
    )
    amounts = [line.amount for line in lines]
    if problem or discount.is_for_all:
        return problem, amounts
    chosen = _chosen(discount.id, {line.product_id for line in lines})
    return None, [line.amount if line.product_id in chosen else 0 for line in lines]


def _left(code: DiscountCode, held_here: int) -> int | None:
    limits = [
        row.most_uses - row.uses + held_here
        for row in (code, code.discount)
        if row.most_uses is not None
    ]
    return min(limits, default=None)


def _chosen(discount_id: int, product_ids: set[int]) -> set[int]:
    """Those of the products that it is for: its own, and what its categories hold."""
    tree = (
        select(discount_categories.c.category_id.label("id"))
        .where(discount_categories.c.discount_id == discount_id)
        .cte("tree", recursive=True)
    )
    tree = tree.union(select(Category.id).join(tree, Category.parent_id == tree.c.id))
    own = select(discount_products.c.product_id).where(
        discount_products.c.discount_id == discount_id,
        discount_products.c.product_id.in_(product_ids),
    )
    held = (
        select(product_categories.c.product_id)
        .join(tree, product_categories.c.category_id == tree.c.id)
        .where(product_categories.c.product_id.in_(product_ids))
    )
    return set(session.scalars(own.union(held)))
