import pytest
from flask import Flask

from shop.catalog.models import Interval, Status
from shop.catalog.prices import NotForSale, sellable
from shop.db import commit, session
from tests.factories import make_price
from tests.queries import count_queries


def test_a_price_comes_with_its_variant_and_product_in_one_query(app: Flask) -> None:
    price_id = make_price(title="Notebook").id
    session.expunge_all()

    with count_queries() as queries:
        assert sellable(price_id).variant.product.title == "Notebook"

    assert len(queries) == 1


def test_recurring_prices_are_sold_too(app: Flask) -> None:
    assert sellable(make_price(interval=Interval.MONTH).id).is_recurring


@pytest.mark.parametrize("status", [Status.DRAFT, Status.ARCHIVED])
def test_what_is_not_published_is_not_sold(app: Flask, status: Status) -> None:
    price = make_price()
    price.variant.product.status = status
    commit()

    with pytest.raises(NotForSale):
        sellable(price.id)


def test_a_withdrawn_price_is_not_sold(app: Flask) -> None:
    with pytest.raises(NotForSale):
        sellable(make_price(is_active=False).id)


@pytest.mark.parametrize("price_id", [0, -1, 4711, 10**30])
def test_an_unknown_price_is_not_sold(app: Flask, price_id: int) -> None:
    with pytest.raises(NotForSale):
        sellable(price_id)
