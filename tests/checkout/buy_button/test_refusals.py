"""What a click cannot buy, told as a problem document that names the field."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import update

from shop.catalog.models import Kind
from shop.checkout.models import TaxRate
from shop.db import commit, session
from tests.checkout.buy_button.clicker import Clicker, variant_of
from tests.checkout.looking import orders
from tests.factories import make_price


def wrong(clicker: Clicker, status: int, **body: Any) -> dict[str, list[str]]:
    answer = clicker.send(**body)
    assert (answer.status_code, answer.mimetype) == (status, "application/problem+json")
    assert not orders()
    errors: dict[str, list[str]] = answer.json["errors"]
    return errors


def test_what_cannot_be_sold_is_refused_by_its_field(clicker: Clicker) -> None:
    euro, dollar = make_price(), make_price(currency="USD")
    withdrawn = make_price(is_active=False)
    renewing = make_price(interval="month")
    gone = make_price(stock=0)
    few = make_price(stock=2)

    assert "priceId" in wrong(clicker, 404, priceId=9999)
    assert "priceId" in wrong(clicker, 404, priceId=withdrawn.id)
    assert "/api/subscriptions" in wrong(clicker, 422, priceId=renewing.id)["priceId"][0]
    assert "priceId" in wrong(clicker, 409, priceId=gone.id)
    assert "Only 2 " in wrong(clicker, 409, priceId=few.id, quantity=3)["quantity"][0]
    mixed = [{"priceId": euro.id}, {"priceId": dollar.id}]
    assert "products.1.priceId" in wrong(clicker, 422, products=mixed)
    both = [{"priceId": euro.id, "quantity": 60}, {"priceId": euro.id, "quantity": 40}]
    assert "products.1.quantity" in wrong(clicker, 422, products=both)
    assert variant_of(few).reserved == 0


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "body"),
        ({"priceId": 1, "products": [{"priceId": 1}]}, "body"),
        ({"quantity": 1, "products": [{"priceId": 1}]}, "body"),
        ({"priceId": "1"}, "priceId"),
        ({"priceId": 2**31}, "priceId"),
        ({"priceId": 1, "quantity": 0}, "quantity"),
        ({"priceId": 1, "quantity": 100}, "quantity"),
        ({"priceId": 1, "amount": 1}, "amount"),
        ({"products": []}, "products"),
        ({"products": [{"priceId": 1}] * 21}, "products"),
        ({"products": [{"priceId": 1, "quantity": 0}]}, "products.0.quantity"),
        ({"priceId": 1, "cancelUrl": "x" * 2001}, "cancelUrl"),
    ],
)
def test_a_wrong_request_names_its_field(
    clicker: Clicker, body: dict[str, Any], field: str
) -> None:
    assert field in wrong(clicker, 422, **body)


def test_what_is_free_or_too_much_is_not_for_a_button(clicker: Clicker) -> None:
    wrong(clicker, 409, priceId=make_price(unit_amount=0).id)
    wrong(clicker, 409, priceId=make_price(unit_amount=40_000_000).id, quantity=3)


def test_what_nothing_carries_is_refused(clicker: Clicker) -> None:
    wrong(clicker, 409, priceId=make_price(currency="USD").id)


def test_a_shop_that_adds_tax_has_no_buttons(
    clicker: Clicker, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Unless there is none to add."""
    listed = app.extensions["settings"].model_copy(update={"prices_include_tax": False})
    monkeypatch.setitem(app.extensions, "settings", listed)
    price = make_price(kind=Kind.DIGITAL)
    wrong(clicker, 409, priceId=price.id)
    session.execute(update(TaxRate).values(basis_points=0))
    commit()
    assert clicker.click(price).status_code == 201
