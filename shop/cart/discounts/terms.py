"""Discounts as staff makes and changes them; forms and commands call these."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime

from shop import money
from shop.cart.discounts import uses
from shop.cart.discounts.models import Discount
from shop.catalog.models import Category, Product
from shop.db import session
from shop.errors import BadInput

LONGEST_NAME = 80


@dataclass(frozen=True)
class Terms:
    """See `Discount`. With neither products nor categories it is for everything."""

    name: str
    basis_points: int | None = None
    amount: int | None = None
    currency: str | None = None
    least_subtotal: int | None = None
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    most_uses: int | None = None
    most_per_customer: int | None = None
    is_active: bool = True
    products: Sequence[Product] = ()
    categories: Sequence[Category] = ()


PLAIN = [field.name for field in fields(Terms) if field.name not in {"products", "categories"}]


class BadTerms(BadInput):
    title = "Please check the discount"


def create_discount(terms: Terms) -> Discount:
    """It takes nothing off before it has a code; see `codes.add_code` and `codes.make_codes`.

    :raises BadTerms: with the problems by field.
    """
    discount = Discount(uses=0)
    session.add(discount)
    change_discount(discount, terms)
    return discount


def change_discount(discount: Discount, terms: Terms) -> None:
    """What was ordered stays as it was; carts and checkouts under way see the new terms.

    :raises BadTerms: with the problems by field.
    """
    with session.no_autoflush:
        _check(terms, discount.uses, uses.most_of_one(discount) if discount.id else 0)
    for name in PLAIN:
        setattr(discount, name, getattr(terms, name))
    discount.name = terms.name.strip()
    discount.products[:] = terms.products
    discount.categories[:] = terms.categories
    discount.is_for_all = not (terms.products or terms.categories)
    session.flush()  # codes need its id


def _check(terms: Terms, used: int, used_by_one: int) -> None:
    used_of = {"most_uses": used, "most_per_customer": used_by_one}
    errors = {**_amount_errors(terms), **_limit_errors(terms, used_of)}
    if not 1 <= len(terms.name.strip()) <= LONGEST_NAME:
        errors["name"] = f"Give it a name of up to {LONGEST_NAME} characters."
    if terms.starts_at and terms.ends_at and terms.ends_at <= terms.starts_at:
        errors["ends_at"] = "It has to end after it starts."
    if errors:
        raise BadTerms(" ".join(errors.values()), **{name: [text] for name, text in errors.items()})


def _amount_errors(terms: Terms) -> dict[str, str]:
    errors: dict[str, str] = {}
    if (terms.basis_points is None) == (terms.amount is None):
        errors["amount"] = "Give either a percentage or an amount."
    if terms.basis_points is not None and not 1 <= terms.basis_points <= 10_000:
        errors["basis_points"] = "A percentage is from 0.01 to 100."
    sums = {"amount": terms.amount, "least_subtotal": terms.least_subtotal}
    for name, value in sums.items():
        if value is None:
            continue
        if terms.currency is None:
            errors["currency"] = "Name the currency of the amount."
        elif value <= 0 or value % money.step(terms.currency):
            errors[name] = f"This cannot be paid in {terms.currency}."
    return errors


def _limit_errors(terms: Terms, used_of: Mapping[str, int]) -> dict[str, str]:
    errors: dict[str, str] = {}
    for name, used in used_of.items():
        limit: int | None = getattr(terms, name)
        if limit is not None and limit < 1:
            errors[name] = "A limit is 1 or more; leave it empty for none."
        elif limit is not None and limit < used:
            errors[name] = f"It was used {used} times already."
    return errors
