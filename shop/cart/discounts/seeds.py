"""The demo's code: WELCOME10, ten percent off a first order."""

from sqlalchemy import select

from shop.cart.discounts import codes
from shop.cart.discounts.models import DiscountCode
from shop.cart.discounts.terms import Terms, create_discount
from shop.db import session

CODE = "WELCOME10"


def seed_discount() -> None:
    """Once; a code that reads so is left as it is."""
    known = select(DiscountCode.id).where(DiscountCode.key == codes.normalize(CODE))
    if session.scalar(known) is None:
        terms = Terms("Welcome", basis_points=1_000, most_per_customer=1)
        codes.add_code(create_discount(terms), CODE)
