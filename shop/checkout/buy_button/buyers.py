"""The order of a buy button, completed with what the buyer said on Stripe's page.

What was told as the total stays the total: the tax in it is worked out for the country that the
goods go to, or of the billing address when nothing is delivered.
"""

from collections.abc import Mapping

from sqlalchemy import select

from shop import config, events, money
from shop.billing.models import Payment
from shop.catalog.models import Kind, Product
from shop.checkout import addresses, countries, tariffs, tax, text, totals
from shop.checkout.tax import STANDARD
from shop.db import session
from shop.orders import timeline
from shop.orders.models import Order

NO_EMAIL = "Stripe's page told no e-mail address"
NO_ADDRESS = "Stripe's page told no address to deliver to"


def fill_in(event: events.BuyerTold) -> None:
    """Once, whoever looks at Stripe first; the payment's amount then has the delivery in it."""
    payment = session.get_one(Payment, event.payment_id)
    order = session.scalars(
        select(Order)
        .where(Order.id == payment.order_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()
    if order.billing_address:
        return
    _fill(order, event.buyer)
    _tax(order)
    payment.amount = order.total


def _fill(order: Order, buyer: events.Buyer) -> None:
    order.email, order.name = _readable(buyer.email), _readable(buyer.name)
    order.billing_address = _cleaned(buyer.billing_address)
    if any(line.kind is Kind.PHYSICAL for line in order.lines):
        order.delivery, order.delivery_name = buyer.delivery, buyer.delivery_name
        if buyer.shipping_address:
            order.shipping_address = _cleaned(buyer.shipping_address)
        else:
            timeline.ask_for_a_hand(order, NO_ADDRESS)
    if not order.email:
        timeline.ask_for_a_hand(order, NO_EMAIL)


def _tax(order: Order) -> None:
    address = order.shipping_address or order.billing_address
    country = address["country"] or config.current().country
    ids = [line.product_id for line in order.lines]
    found = select(Product.id, Product.tax_category).where(Product.id.in_(ids))
    categories: dict[int, str] = {row[0]: row[1] for row in session.execute(found)}
    rates = tax.rates(tariffs.read(country).rates, country, categories.values())
    if not order.tax_included:
        rates = dict.fromkeys(rates, 0)  # there was none to add when the total was told
    taxed = [(line, rates[categories[line.product_id]]) for line in order.lines]
    now = totals.compute(
        [totals.Item(line.amount, rate, line.discount) for line, rate in taxed],
        delivery=order.delivery,
        delivery_rate=rates[STANDARD],
        tax_included=order.tax_included,
        step=money.step(order.currency),
    )
    for (line, rate), share in zip(taxed, now.line_taxes, strict=True):
        line.tax_rate, line.tax = rate, share
    order.tax, order.total = now.tax, now.total


def _cleaned(given: Mapping[str, str]) -> dict[str, str]:
    """Stripe has checked it by rules of its own: what ours would refuse is kept all the same."""
    address = {name: _readable(given.get(name, "")) for name in addresses.FIELDS}
    if address["country"] not in countries.names():
        address["country"] = ""
    return address


def _readable(value: str) -> str:
    try:
        return text.clean(value)
    except ValueError:
        return "".join(sign for sign in value if sign.isprintable())
