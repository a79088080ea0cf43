"""Recurring prices and their products, at Stripe. A price is never edited, so neither is a plan."""

from calendar import monthrange
from collections.abc import Sequence
from datetime import datetime

import stripe
from sqlalchemy import select, update
from sqlalchemy.orm import joinedload

from shop import config, db, money
from shop.billing.calls import calling
from shop.billing.subscriptions.models import Plan, StripeProduct
from shop.catalog.models import Interval, Price, Product, Status, Variant
from shop.catalog.shelf import period
from shop.db import session

OURS = "keystall_price"
"""The metadata key by which Stripe's Price names ours, for people who look there."""
MONTHS = {Interval.MONTH: 1, Interval.YEAR: 12}


def stripe_price_of(price: Price) -> str:
    """The plan's id at Stripe, made at the first call; commits."""
    price_id = price.id
    plan = _row(price_id)
    plan_id, known = plan.id, plan.stripe_price_id
    if known:
        return known
    product = stripe_product_of(price.variant)
    params = _params(session.get_one(Price, price_id), product)
    with calling(_row(price_id), "price") as (client, key):
        made = client.v1.prices.create(params, {"idempotency_key": key})
    row = update(Plan).where(Plan.id == plan_id)
    session.execute(row.values(stripe_price_id=made.id, stripe_product_id=product))
    db.commit()
    return made.id


def stripe_product_of(variant: Variant) -> str:
    """Its id at Stripe, made at the first call; commits."""
    variant_id = variant.id
    title = ", ".join(part for part in (variant.product.title, variant.title) if part)
    db.insert_once(StripeProduct, variant_id=variant_id)
    row = session.scalars(select(StripeProduct).filter_by(variant_id=variant_id)).one()
    row_id, known = row.id, row.stripe_product_id
    if known:
        return known
    with calling(row, "product") as (client, key):
        made = client.v1.products.create({"name": title}, {"idempotency_key": key})
    found = update(StripeProduct).where(StripeProduct.id == row_id)
    session.execute(found.values(stripe_product_id=made.id))
    db.commit()
    return made.id


def price_of(stripe_price_id: str) -> int | None:
    """Our price that Stripe's stands for; None for a plan that somebody made there by hand."""
    return session.scalar(select(Plan.price_id).filter_by(stripe_price_id=stripe_price_id))


def of_product(product_id: int, currency: str) -> Sequence[Price]:
    """The plans that can be chosen today, the cheapest first."""
    query = (
        select(Price)
        .join(Price.variant)
        .join(Variant.product)
        .where(
            Variant.product_id == product_id,
            Product.status == Status.PUBLISHED,
            Price.interval.is_not(None),
            Price.currency == currency,
            Price.is_active,
        )
        .options(joinedload(Price.variant).joinedload(Variant.product))
    )
    return session.scalars(query.order_by(Price.unit_amount, Price.id)).all()


def title_of(price: Price, quantity: int = 1) -> str:
    """`Atlas, Team, every month, 3 seats`: what tells it from the product's other plans."""
    seats = f"{quantity} seats" if quantity > 1 else ""
    return ", ".join(part for part in (name_of(price), rhythm(price), seats) if part)


def name_of(price: Price) -> str:
    """`Atlas, Team`: without the rhythm."""
    return ", ".join(part for part in (price.variant.product.title, price.variant.title) if part)


def rate(price: Price, quantity: int = 1) -> str:
    """`€10.00 every month`: of so many seats."""
    return f"{money.show(price.unit_amount * quantity, price.currency)} {rhythm(price)}"


def months(price: Price) -> int:
    """The length of its period."""
    return price.interval_count * MONTHS[price.interval] if price.interval else 0


def renewal(price: Price, since: datetime) -> datetime:
    """When a period that begins then is over; the day of the month stays if it exists."""
    year, month = divmod(since.year * 12 + since.month - 1 + months(price), 12)
    day = min(since.day, monthrange(year, month + 1)[1])
    return since.replace(year=year, month=month + 1, day=day)


def rhythm(price: Price) -> str:
    """`every month`, `every 3 months`; empty for a one-time price."""
    return f"every {period(price.interval, price.interval_count)}" if price.interval else ""


def _row(price_id: int) -> Plan:
    db.insert_once(Plan, price_id=price_id)
    return session.scalars(select(Plan).filter_by(price_id=price_id)).one()


def _params(price: Price, stripe_product_id: str) -> "stripe.params.PriceCreateParams":
    assert price.interval  # noqa: S101  only recurring prices are plans
    inclusive = config.current().prices_include_tax
    return {
        "product": stripe_product_id,
        "currency": price.currency.lower(),
        "unit_amount": price.unit_amount,
        "recurring": {"interval": price.interval.value, "interval_count": price.interval_count},
        "tax_behavior": "inclusive" if inclusive else "exclusive",
        "nickname": title_of(price)[:200],
        "metadata": {OURS: str(price.id)},
    }
