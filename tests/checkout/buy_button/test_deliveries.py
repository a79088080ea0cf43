"""Which countries and ways Stripe's page offers before anybody said where to."""

import pytest
import stripe
from sqlalchemy import update

from shop.billing.gateway import stripe_call
from shop.billing.hosted_page import UNREACHED
from shop.checkout import countries
from shop.checkout.models import DeliveryMethod
from shop.db import commit, session
from tests.checkout.buy_button.clicker import Clicker
from tests.factories import make_price, make_variant

EXPANDED: stripe.params.checkout.SessionRetrieveParams = {
    "expand": ["shipping_options.shipping_rate"]
}
DELIVERABLE = set(countries.names()) - UNREACHED


def page_after(clicker: Clicker, **of_price: int) -> stripe.checkout.Session:
    weight = of_price.pop("weight", 0)
    price = make_price(variant=make_variant(weight=weight), **of_price)
    checkout_id = clicker.ok(clicker.click(price)).json["id"]
    commit()
    with stripe_call() as client:
        return client.v1.checkout.sessions.retrieve(checkout_id, EXPANDED)


def ways_on(page: stripe.checkout.Session) -> dict[str, int]:
    """What each of them costs."""
    found = {}
    for option in page.shipping_options:
        assert isinstance(option.shipping_rate, stripe.ShippingRate)
        found[str(option.shipping_rate.display_name)] = option.shipping_amount
    return found


def countries_on(page: stripe.checkout.Session) -> set[str]:
    asked = page.shipping_address_collection
    return set(asked.allowed_countries) if asked else set()


def deliver_by(**reached: list[str]) -> None:
    """Only by methods of these names, in this order, to these countries."""
    session.execute(update(DeliveryMethod).values(is_active=False))
    for position, (name, codes) in enumerate(reached.items()):
        values = {"name": name, "countries": codes, "position": position}
        session.add(DeliveryMethod(currency="EUR", amount=100 + position, **values))
    commit()


def test_of_the_usual_ways_only_the_one_that_goes_everywhere(clicker: Clicker) -> None:
    page = page_after(clicker)
    assert ways_on(page) == {"Standard": 490}
    assert countries_on(page) == DELIVERABLE


def test_a_way_that_is_free_from_so_much_is_free(clicker: Clicker) -> None:
    assert ways_on(page_after(clicker, unit_amount=5000)) == {"Standard": 0}


def test_what_is_too_heavy_for_a_way_does_not_go_by_it(clicker: Clicker) -> None:
    """Only the pickup carries it; that is at home."""
    page = page_after(clicker, weight=31_000)
    assert (ways_on(page), countries_on(page)) == ({"Pickup": 0}, {"DE"})


@pytest.mark.parametrize(
    ("reached", "offered", "there"),
    [
        ({"A": ["DE"], "B": ["DE", "AT"], "C": ["AT", "DE"]}, ["B", "C"], {"DE", "AT"}),
        ({"A": ["DE"], "B": ["AT"]}, ["A"], {"DE"}),
        ({"A": ["DE"], "B": []}, ["B"], DELIVERABLE),
        ({"A": ["DE", "KP"], "B": ["DE"]}, ["A", "B"], {"DE"}),
        ({name: ["DE"] for name in "ABCDEF"}, [*"ABCDE"], {"DE"}),
    ],
)
def test_all_that_is_offered_goes_to_every_country_that_is(
    clicker: Clicker, reached: dict[str, list[str]], offered: list[str], there: set[str]
) -> None:
    deliver_by(**reached)
    page = page_after(clicker)
    assert ([*ways_on(page)], countries_on(page)) == (offered, there)


def test_a_country_that_stripe_does_not_reach_is_not_offered() -> None:
    """The others are: the sandbox refuses what Stripe's library does not list."""
    assert set(countries.names()) >= UNREACHED
