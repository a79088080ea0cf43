"""Row C13: the visitor's cart and the customer's become one at sign-in, and nothing doubles."""

import pytest
from flask import Flask
from sqlalchemy import select

from shop.accounts.models import User
from shop.cart.models import Cart, CartLine
from shop.checkout.models import CheckoutSession
from shop.db import commit, session, utcnow
from tests.accounts.factories import PASSWORD, make_user
from tests.accounts.mailbox import register
from tests.browser import Browser, open_browser
from tests.factories import make_price


@pytest.fixture
def user(app: Flask) -> User:
    return make_user()


def add(client: Browser, price_id: int, quantity: int = 1) -> None:
    data = {"price_id": price_id, "quantity": quantity}
    assert client.post("/cart/items", data=data).status_code == 303


def contents(client: Browser) -> dict[int, int]:
    items = client.get("/api/cart").get_json()["items"]
    return {item["price_id"]: item["quantity"] for item in items}


def test_a_visitors_cart_becomes_the_customers(client: Browser, user: User) -> None:
    price_id = make_price().id
    add(client, price_id, 2)
    before = client.get("/api/cart").get_json()["id"]
    client.sign_in(user.email, PASSWORD)
    assert contents(client) == {price_id: 2}
    assert client.get("/api/cart").get_json()["id"] == before
    assert client.get_cookie("cart") is None


def test_c13_what_is_in_both_keeps_the_larger_quantity(client: Browser, user: User) -> None:
    both, mine, guests = (make_price().id for _ in range(3))
    client.sign_in(user.email, PASSWORD)
    add(client, both, 3)
    add(client, mine, 1)
    client.post("/sign-out")
    assert contents(client) == {}
    add(client, both, 2)
    add(client, guests, 5)
    client.sign_in(user.email, PASSWORD)
    assert contents(client) == {both: 3, guests: 5, mine: 1}


def test_c13_signing_in_again_and_again(client: Browser, user: User) -> None:
    price_id = make_price().id
    add(client, price_id, 2)
    for _ in range(3):
        client.sign_in(user.email, PASSWORD)
    assert contents(client) == {price_id: 2}
    client.post("/sign-out")
    client.sign_in(user.email, PASSWORD)
    assert contents(client) == {price_id: 2}


def test_c13_the_old_cookie_in_a_second_tab(client: Browser, user: User, app: Flask) -> None:
    price_id = make_price().id
    add(client, price_id, 2)
    second = open_browser(app)
    second.set_cookie("cart", client.cookie("cart"))
    client.sign_in(user.email, PASSWORD)
    assert contents(second) == {}
    second.sign_in(user.email, PASSWORD)
    assert contents(second) == contents(client) == {price_id: 2}


def test_registering_keeps_the_cart(client: Browser) -> None:
    price_id = make_price().id
    add(client, price_id)
    register(client, "new@example.com")
    assert contents(client) == {price_id: 1}


def test_an_emptied_visitors_cart_changes_nothing(client: Browser, user: User) -> None:
    kept, gone = make_price().id, make_price().id
    client.sign_in(user.email, PASSWORD)
    add(client, kept)
    client.post("/sign-out")
    add(client, gone)
    line = session.scalars(select(CartLine.id).where(CartLine.price_id == gone)).one()
    client.post(f"/cart/items/{line}/removal")
    client.sign_in(user.email, PASSWORD)
    assert contents(client) == {kept: 1}


def test_a_checkout_on_the_older_cart_is_kept(client: Browser, user: User) -> None:
    client.sign_in(user.email, PASSWORD)
    add(client, make_price().id)
    older = session.scalars(select(Cart)).one()
    checkout = CheckoutSession(cart_id=older.id, cart_version=older.version, expires_at=utcnow())
    session.add(checkout)
    client.post("/sign-out")
    add(client, make_price().id)
    client.sign_in(user.email, PASSWORD)
    commit()
    session.refresh(older)
    assert session.scalars(select(CheckoutSession)).one().cart_id == older.id
    assert (older.user_id, older.lines) == (None, [])
    assert older.version != checkout.cart_version


def test_a_customers_cart_follows_them(client: Browser, other_client: Browser, user: User) -> None:
    price_id = make_price().id
    client.sign_in(user.email, PASSWORD)
    add(client, price_id, 4)
    other_client.sign_in(user.email, PASSWORD)
    assert contents(other_client) == {price_id: 4}


def test_a_customer_does_not_see_anothers(
    client: Browser, other_client: Browser, user: User
) -> None:
    client.sign_in(user.email, PASSWORD)
    add(client, make_price().id)
    other_client.sign_in(make_user().email, PASSWORD)
    assert contents(other_client) == {}
