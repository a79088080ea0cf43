from flask import Flask
from sqlalchemy import select

from shop.cart import carts
from shop.cart.models import Cart, CartLine
from shop.db import commit, session
from tests.factories import make_price


def make_cart() -> Cart:
    price = make_price()
    line = CartLine(price=price, quantity=2, seen_amount=price.unit_amount)
    cart = Cart(currency="EUR", version=7, lines=[line])
    session.add(cart)
    commit()
    return cart


def test_what_was_bought_is_out_of_the_cart(app: Flask) -> None:
    cart = make_cart()
    assert carts.empty(cart.id, 7)
    commit()
    assert session.scalars(select(CartLine)).all() == []
    assert cart.version == 8


def test_a_cart_that_changed_since_keeps_its_lines(app: Flask) -> None:
    cart = make_cart()
    assert not carts.empty(cart.id, 6)
    commit()
    assert len(cart.lines) == 1
    assert cart.version == 7
