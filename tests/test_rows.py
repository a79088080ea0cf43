"""What is put is in the database and in the session, as if a flush had written it."""

import pytest
from flask import Flask
from sqlalchemy import select, text

from shop import rows
from shop.cart.models import Cart
from shop.checkout.models import CheckoutSession
from shop.db import WroteInGet, commit, session, utcnow
from tests.queries import count_queries


def test_a_row_has_its_id_and_its_defaults(app: Flask) -> None:
    cart = Cart(currency="EUR")

    rows.put(cart)

    assert cart in session
    with count_queries() as questions:
        assert (cart.id, cart.version, cart.user_id) == (1, 0, None)
        assert cart.token
        assert cart.updated_at.tzinfo
    assert not questions


def test_it_is_there_after_the_commit(app: Flask) -> None:
    cart = Cart(currency="EUR")
    rows.put(cart)
    commit()

    assert session.get_one(Cart, cart.id, populate_existing=True) is cart


def test_what_is_changed_after_it_was_put_is_saved(app: Flask) -> None:
    cart = Cart(currency="EUR")
    rows.put(cart)
    cart.currency = "USD"
    commit()

    assert session.scalar(select(Cart.currency)) == "USD"


def test_many_get_their_ids_in_their_order(app: Flask) -> None:
    carts = [Cart(currency=currency) for currency in ("EUR", "USD", "GBP", "JPY")]

    rows.put(*carts)

    found = session.execute(select(Cart.id, Cart.currency).order_by(Cart.id)).all()
    assert found == [(cart.id, cart.currency) for cart in carts]


def test_what_is_none_is_null_in_json_too(app: Flask) -> None:
    rows.put(
        CheckoutSession(expires_at=utcnow(), billing_address=None, shipping_address={"a": "b"})
    )

    nulls = text("SELECT count(*) FROM checkout_sessions WHERE billing_address IS NULL")
    assert session.scalar(nulls) == 1


def test_a_second_one_is_not_put_where_there_may_be_one(app: Flask) -> None:
    first, second = (CheckoutSession(cart_id=None, token="same", expires_at=utcnow()) for _ in "12")

    assert rows.put_once(first)
    assert not rows.put_once(second)
    assert second not in session
    assert session.scalar(select(CheckoutSession.id)) == first.id


def test_a_page_that_is_looked_at_puts_nothing(app: Flask) -> None:
    with app.test_request_context("/"), pytest.raises(WroteInGet):
        rows.put(Cart(currency="EUR"))
