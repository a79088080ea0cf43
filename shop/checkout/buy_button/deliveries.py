"""Which countries and ways of delivery Stripe's page offers, before anybody said where to.

Stripe wants all ways and their prices up front, the same for every country. Subtotal and weight are
known, and so is what a way costs; where it goes is not. So the way that reaches the most countries
decides which ones are offered, the first by the staff's order if several reach as many. Of the
others those are offered that go to each of these countries: nobody can choose express, or a pickup
at our store, and then live where it does not go.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from shop.billing.hosted_page import MOST_DELIVERIES, UNREACHED, HostedDelivery
from shop.checkout import countries, delivery
from shop.checkout.buy_button.goods import Goods
from shop.checkout.tariffs import Method
from shop.errors import ShopError


class NoDelivery(ShopError):
    title = "This cannot be delivered"
    message = "There is no way to deliver this. Please ask the shop."


@dataclass(frozen=True)
class Offer:
    countries: Sequence[str] = ()
    ways: Sequence[HostedDelivery] = ()


def offer(goods: Goods, among: Sequence[Method]) -> Offer:
    """:raises NoDelivery: when nothing carries so much, or in this currency."""
    if not goods.has_physical:
        return Offer()
    reached = [(method, _reached_by(method, goods)) for method in among]
    widest = max((there for _, there in reached), key=len, default=frozenset())
    if not widest:
        raise NoDelivery
    ways = [
        HostedDelivery(method.name, delivery.price(method, goods.subtotal))
        for method, there in reached
        if there >= widest
    ]
    return Offer(sorted(widest), ways[:MOST_DELIVERIES])


def _reached_by(method: Method, goods: Goods) -> frozenset[str]:
    if method.currency != goods.currency:
        return frozenset()
    everywhere = set(countries.names()) - UNREACHED
    return frozenset(code for code in everywhere if delivery.carries(method, goods.parcel_to(code)))
