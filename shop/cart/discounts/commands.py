"""Discounts by hand. A discount goes by its number, which `list` shows."""

import csv
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, TypeVar

import click
from sqlalchemy import func, select

from shop import money
from shop.cart.discounts import codes
from shop.cart.discounts.models import Discount, DiscountCode
from shop.cart.discounts.terms import Terms, create_discount
from shop.catalog.models import Category, Product
from shop.db import session
from shop.errors import BadInput, NotFound

Named = TypeVar("Named", Product, Category)


@click.group("discounts")
def discount_commands() -> None:
    """Discount codes for orders; those of subscriptions are made at Stripe."""


@discount_commands.command("create")
@click.argument("name")
@click.option("--percent", help="Such as 10 or 12.5.")
@click.option("--amount", help="Such as 5.00, with --currency.")
@click.option("--currency", help="Such as EUR; of the amount and the minimum.")
@click.option("--code", multiple=True, help="For everybody; `codes` makes unique ones.")
@click.option("--minimum", help="The least subtotal, such as 50.00.")
@click.option("--starts", type=click.DateTime(), help="UTC.")
@click.option("--ends", type=click.DateTime(), help="UTC; the first moment when it is over.")
@click.option("--product", "products", multiple=True, help="Slug; for this product alone.")
@click.option("--category", "categories", multiple=True, help="Slug; for what is in it alone.")
@click.option("--uses", "most_uses", type=int, help="By all customers together.")
@click.option("--per-customer", "most_per_customer", type=int)
def create(name: str, currency: str | None, code: Sequence[str], **given: Any) -> None:
    """A discount called NAME, for all products unless some are named."""
    currency = currency.upper() if currency else None
    discount = create_discount(
        Terms(
            name=name,
            basis_points=_basis_points(given["percent"]),
            amount=_minor_units(given["amount"], currency),
            currency=currency,
            least_subtotal=_minor_units(given["minimum"], currency),
            starts_at=_in_utc(given["starts"]),
            ends_at=_in_utc(given["ends"]),
            most_uses=given["most_uses"],
            most_per_customer=given["most_per_customer"],
            products=[_find(Product, slug) for slug in given["products"]],
            categories=[_find(Category, slug) for slug in given["categories"]],
        )
    )
    for one in code:
        codes.add_code(discount, one)
    click.echo(f"Discount {discount.id}, {name}, with {len(code)} codes.")


@discount_commands.command("list")
def show_list() -> None:
    """All discounts, with how often they were used."""
    counted = select(DiscountCode.discount_id, func.count()).group_by(DiscountCode.discount_id)
    counts = {row[0]: row[1] for row in session.execute(counted)}
    for discount in session.scalars(
        select(Discount).filter_by(is_granted=False).order_by(Discount.id)
    ):
        limit = f" of {discount.most_uses}" if discount.most_uses is not None else ""
        state = "" if discount.is_active else ", stopped"
        click.echo(
            f"{discount.id}: {discount.name}, {_takes(discount)}, "
            f"{counts.get(discount.id, 0)} codes, {discount.uses}{limit} used{state}"
        )


@discount_commands.command("codes")
@click.argument("discount_id", type=int)
@click.argument("count", type=int)
@click.option("--prefix", default="", help="Such as SPRING.")
def make(discount_id: int, count: int, prefix: str) -> None:
    """Make COUNT codes of a discount, each good for one order; as CSV, to be kept in a file."""
    discount = _get(discount_id)
    made = codes.make_codes(discount, count, prefix=prefix)
    table = csv.writer(sys.stdout, lineterminator="\n")
    table.writerow(["code", "discount"])
    table.writerows((code, discount.id) for code in made)


@discount_commands.command("stop")
@click.argument("discount_id", type=int)
def stop(discount_id: int) -> None:
    """Take a discount's codes out of use; what was ordered stays as it is."""
    _get(discount_id).is_active = False
    click.echo("Its codes take nothing off any more.")


def _get(discount_id: int) -> Discount:
    discount = session.get(Discount, discount_id)
    if discount is None:
        raise NotFound(f"There is no discount {discount_id}.")
    return discount


def _find(model: type[Named], slug: str) -> Named:
    found = session.scalar(select(model).where(model.slug == slug))
    if found is None:
        raise NotFound(f"There is no {model.__name__.lower()} {slug}.")
    return found


def _in_utc(moment: datetime | None) -> datetime | None:
    return moment.replace(tzinfo=UTC) if moment else None


def _basis_points(percent: str | None) -> int | None:
    points = None if percent is None else _decimal(percent) * 100
    if points is not None and points % 1:
        raise BadInput(f"{percent} is finer than a hundredth of a percent.")
    return None if points is None else int(points)


def _minor_units(amount: str | None, currency: str | None) -> int | None:
    if amount is None:
        return None
    try:
        return money.to_minor(_decimal(amount), currency or "EUR")
    except ValueError as error:
        raise BadInput(str(error)) from None


def _decimal(text: str) -> Decimal:
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise BadInput(f"{text} is not a number.") from None
    if not number.is_finite():
        raise BadInput(f"{text} is not a number.")
    return number


def _takes(discount: Discount) -> str:
    if discount.basis_points is not None:
        return f"{discount.basis_points / 100:g} %"
    return money.show(discount.amount or 0, discount.currency or "")


commands = [discount_commands]
