from typing import Any

from shop.cart.discounts.codes import add_code
from shop.cart.discounts.models import Discount, DiscountCode, DiscountUse
from shop.cart.discounts.terms import Terms, create_discount
from shop.db import commit, session


def make_discount(code: str = "SPRING10", /, **given: Any) -> Discount:
    """Ten percent, unless something else is said; with one code for everybody."""
    if "amount" not in given:
        given.setdefault("basis_points", 1_000)
    discount = create_discount(Terms(**({"name": "Spring sale"} | given)))
    add_code(discount, code)
    commit()
    return discount


def the_use() -> DiscountUse:
    return session.query(DiscountUse).populate_existing().one()


def counts() -> tuple[list[int], list[int]]:
    """Uses of every discount and of every code, as they are now."""
    discounts = session.query(Discount).populate_existing().order_by(Discount.id)
    codes = session.query(DiscountCode).populate_existing().order_by(DiscountCode.id)
    return [row.uses for row in discounts], [row.uses for row in codes]
