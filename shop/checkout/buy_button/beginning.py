"""From the click to Stripe's page: an order whose buyer nobody knows yet, its stock held.

Prices contain the tax, so the total is the same in every country. Until the buyer has said where,
the order counts the tax of the shop's own country; `buyers.fill_in` works out the real one from
the same total. A shop that adds tax to its prices cannot say a total before it knows the country,
so it has no buy buttons as long as any country takes any tax.
"""

from dataclasses import dataclass
from datetime import timedelta

from shop import config, db, money
from shop.billing import payments
from shop.billing.hosted_page import HostedPage
from shop.billing.models import Payment, PaymentWay
from shop.catalog import stock
from shop.checkout import hosted, tariffs, tax, totals
from shop.checkout.buy_button import clients, deliveries
from shop.checkout.buy_button.deliveries import Offer
from shop.checkout.buy_button.goods import Good, Goods, SoldOut
from shop.checkout.models import CheckoutSession, CheckoutStatus
from shop.checkout.paying import TIME_TO_PAY, TooLittle, TooMuch, UnpayableTotal
from shop.checkout.tariffs import Tariff
from shop.db import session, utcnow
from shop.errors import ShopError
from shop.orders import lifecycle, placing, timeline
from shop.orders.models import Order
from shop.orders.placing import LineDraft, OrderDraft

BOUGHT = "/checkout/bought"
LIFE = TIME_TO_PAY[PaymentWay.HOSTED] + timedelta(minutes=5)
"""Of the page at Stripe, where half an hour is the least and clocks differ. We end it sooner."""


class TaxUnknown(ShopError):
    title = "Please buy this in the shop"
    message = "The tax depends on your country, so this cannot be sold by a button."


@dataclass(frozen=True)
class Started:
    id: str
    """Of the Checkout Session at Stripe."""
    url: str


def start(goods: Goods, *, client: str, origin: str, cancel_url: str) -> Started:
    """Place the order, hold its stock and open Stripe's page for it; commits."""
    tariff = tariffs.read()
    offer = deliveries.offer(goods, tariff.methods)
    _check_total(goods, offer)
    order = placing.place(_draft(goods, tariff))
    timeline.note(order, clients.BUTTON, "Ordered by a buy button.", client=client, origin=origin)
    _hold(order, goods, client)
    due = payments.Due(order.id, order.token, order.total, order.currency)
    payment = payments.open_payment(due, PaymentWay.HOSTED)
    session.add(
        CheckoutSession(
            status=CheckoutStatus.AWAITING_PAYMENT,
            order_id=order.id,
            expires_at=utcnow() + TIME_TO_PAY[PaymentWay.HOSTED],
        )
    )
    return _open_page(order, payment, offer, cancel_url)


def _check_total(goods: Goods, offer: Offer) -> None:
    ways = [way.amount for way in offer.ways] or [0]
    if goods.subtotal + max(ways) > totals.MOST:
        raise TooMuch
    if goods.subtotal < money.least(goods.currency):  # also what is free: that needs no Stripe
        raise TooLittle(goods.currency)
    if any((goods.subtotal + amount) % money.step(goods.currency) for amount in ways):
        raise UnpayableTotal


def _draft(goods: Goods, tariff: Tariff) -> OrderDraft:
    settings = config.current()
    if not settings.prices_include_tax and any(tariff.rates.values()):
        raise TaxUnknown
    categories = [line.tax_category for line in goods.lines]
    rates = tax.rates(tariff.rates, settings.country, categories)
    items = [totals.Item(line.amount, rates[line.tax_category]) for line in goods.lines]
    now = totals.compute(items, tax_included=settings.prices_include_tax)
    drafts = zip(goods.lines, now.line_taxes, strict=True)
    return OrderDraft(
        user_id=None,
        email="",
        name="",
        billing_address={},
        shipping_address=None,
        delivery_name="",
        currency=goods.currency,
        subtotal=now.subtotal,
        discount=now.discount,
        delivery=now.delivery,
        tax=now.tax,
        tax_included=now.tax_included,
        total=now.total,
        lines=tuple(_line(good, rates[good.tax_category], share) for good, share in drafts),
    )


def _line(good: Good, rate: int, share: int) -> LineDraft:
    variant = good.price.variant
    return LineDraft(
        product_id=variant.product_id,
        variant_id=variant.id,
        price_id=good.price.id,
        kind=variant.product.kind,
        title=variant.product.title,
        sku=variant.sku,
        options=variant.options,
        quantity=good.quantity,
        unit_amount=good.price.unit_amount,
        amount=good.amount,
        tax_rate=rate,
        tax=share,
    )


def _hold(order: Order, goods: Goods, client: str) -> None:
    places = {good.price.variant_id: f"{good.wanted.place}quantity" for good in goods.lines}
    try:
        stock.reserve(order.token, stock.totals((x.variant_id, x.quantity) for x in order.lines))
    except stock.OutOfStock as error:
        raise SoldOut(error.detail, **{places[error.variant_id]: [error.detail]}) from None
    clients.check_holds(client, places)


def _open_page(order: Order, payment: Payment, offer: Offer, cancel_url: str) -> Started:
    order_id, payment_id = order.id, payment.id
    page = HostedPage(
        hosted.lines_of(order),
        success_url=f"{config.current().base_url}{BOUGHT}/{order.token}",
        cancel_url=cancel_url,
        countries=offer.countries,
        deliveries=offer.ways,
        life=LIFE,
    )
    try:
        url = payments.start_hosted(payment, page)
    except ShopError:
        _give_up(order_id, payment_id)
        raise
    opened = session.get_one(Payment, payment_id, populate_existing=True)
    return Started(opened.stripe_checkout_session_id or "", url)


def _give_up(order_id: int, payment_id: int) -> None:
    """Nobody got the page's address, so nobody can pay there: what was held is free at once."""
    payments.cancel(session.get_one(Payment, payment_id))
    lifecycle.cancel(session.get_one(Order, order_id))
    db.commit()
