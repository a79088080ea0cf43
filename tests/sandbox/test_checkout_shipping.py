"""Checkout pages that ask where to deliver, and by which way."""

import copy
from typing import Any

import pytest
import requests
import stripe

from stripe_sandbox.testing import StripeSandbox
from tests.sandbox.test_checkout import TWO_MUGS

TYPED = {
    "shipping_name": "Ada Byron",
    "shipping_line1": "Torstraße 1",
    "shipping_postal_code": "10119",
    "shipping_city": "Berlin",
    "shipping_country": "DE",
}


def option(name: str, amount: int, currency: str = "eur") -> Any:
    fixed = {"amount": amount, "currency": currency}
    return {
        "shipping_rate_data": {"display_name": name, "type": "fixed_amount", "fixed_amount": fixed}
    }


def make(v1: stripe.V1Services, *options: Any, **more: Any) -> stripe.checkout.Session:
    params: Any = copy.deepcopy(dict(TWO_MUGS)) | {
        "shipping_address_collection": {"allowed_countries": ["DE", "AT"]},
        "shipping_options": [*options],
        **more,
    }
    return v1.checkout.sessions.create(params)


@pytest.fixture
def session(v1: stripe.V1Services) -> stripe.checkout.Session:
    return make(v1, option("Standard", 490), option("Express", 1290))


def test_the_first_way_is_chosen_until_the_buyer_does(
    session: stripe.checkout.Session, v1: stripe.V1Services
) -> None:
    assert (session.amount_subtotal, session.amount_total) == (1200, 1690)
    assert session.total_details
    assert session.total_details.amount_shipping == 490
    express = str(session.shipping_options[1].shipping_rate)
    answer = requests.post(f"{session.url}/shipping", {"shipping_rate": express}, timeout=10)
    assert "Pay €24.90" in answer.text

    found = v1.checkout.sessions.retrieve(session.id, {"expand": ["shipping_cost.shipping_rate"]})
    assert found.shipping_cost
    assert found.shipping_cost.amount_total == 1290
    assert isinstance(found.shipping_cost.shipping_rate, stripe.ShippingRate)
    assert found.shipping_cost.shipping_rate.display_name == "Express"


def test_what_was_typed_is_collected(
    session: stripe.checkout.Session, v1: stripe.V1Services, sandbox: StripeSandbox
) -> None:
    assert sandbox.pay_checkout(str(session.url), **TYPED, country="AT").status_code == 303
    paid = v1.checkout.sessions.retrieve(session.id, {"expand": ["payment_intent"]})
    assert isinstance(paid.payment_intent, stripe.PaymentIntent)
    assert paid.payment_intent.amount == 1690
    assert paid.collected_information
    shipping = paid.collected_information.shipping_details
    assert shipping
    assert (shipping.name, shipping.address.line1) == ("Ada Byron", "Torstraße 1")
    assert shipping.address.country == "DE"
    assert paid.customer_details
    assert paid.customer_details.address
    assert paid.customer_details.address.country == "AT"


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"shipping_line1": " "}, "shipping_line1"),
        ({"shipping_name": ""}, "shipping_name"),
        ({"shipping_country": "FR"}, "shipping_country"),
    ],
)
def test_an_address_that_will_not_do_is_shown_beside_its_field(
    session: stripe.checkout.Session, sandbox: StripeSandbox, typed: dict[str, str], field: str
) -> None:
    answer = sandbox.pay_checkout(str(session.url), **(TYPED | typed))
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text


def test_a_billing_address_can_be_required(v1: stripe.V1Services, sandbox: StripeSandbox) -> None:
    params: Any = copy.deepcopy(dict(TWO_MUGS)) | {"billing_address_collection": "required"}
    session = v1.checkout.sessions.create(params)
    assert sandbox.pay_checkout(str(session.url), country="DE").status_code == 422
    whole = {"line1": "Torstraße 1", "postal_code": "10119", "city": "Berlin", "country": "DE"}
    assert sandbox.pay_checkout(str(session.url), **whole).status_code == 303
    paid = v1.checkout.sessions.retrieve(session.id)
    assert paid.customer_details
    assert paid.customer_details.address
    assert paid.customer_details.address.city == "Berlin"


@pytest.mark.parametrize(
    "options",
    [[option("Abroad", 100, "usd")], [option("Way", 1)] * 6],
    ids=["another currency", "too many"],
)
def test_options_that_stripe_refuses(v1: stripe.V1Services, options: list[Any]) -> None:
    with pytest.raises(stripe.InvalidRequestError):
        make(v1, *options)


def test_a_country_that_stripe_does_not_deliver_to(v1: stripe.V1Services) -> None:
    with pytest.raises(stripe.InvalidRequestError):
        make(v1, shipping_address_collection={"allowed_countries": ["KP"]})


def test_a_way_of_another_session_cannot_be_chosen(session: stripe.checkout.Session) -> None:
    answer = requests.post(f"{session.url}/shipping", {"shipping_rate": "shr_1x"}, timeout=10)
    assert answer.status_code == 400
