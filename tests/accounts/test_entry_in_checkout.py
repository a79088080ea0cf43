"""Opening an account, or signing in, on the way through the checkout."""

import pytest
from flask import Flask
from sqlalchemy import select

from shop.accounts.models import User
from shop.catalog.models import Kind
from shop.db import session
from shop.orders.models import Order
from tests.accounts.factories import PASSWORD, make_user
from tests.accounts.mailbox import NEW_PASSWORD, ask_for_reset, newest_link
from tests.checkout.buyer import CONTACT, Buyer, open_buyer
from tests.factories import make_price

EMAIL = CONTACT["email"]


@pytest.fixture
def buyer(app: Flask) -> Buyer:
    """Somebody who has filled a cart and said who they are."""
    buyer = open_buyer(app)
    buyer.add(make_price(kind=Kind.DIGITAL), 2)
    assert buyer.post("/checkout/contact", data=CONTACT).location == "/checkout/address"
    return buyer


def goes_on(buyer: Buyer) -> bool:
    """With the same cart, at the step that is due, and with what was typed."""
    [item] = buyer.get("/api/cart").json["items"]
    contact = buyer.get("/checkout/contact").text
    return (
        item["quantity"] == 2
        and buyer.get("/checkout").location == "/checkout/address"
        and all(f'value="{typed}"' in contact for typed in CONTACT.values())
    )


def test_a_new_account_comes_back_to_the_checkout(buyer: Buyer) -> None:
    buyer.post("/register", data={"email": EMAIL, "next": "/checkout"})
    assert goes_on(buyer)  # as a guest, while the mail is on its way
    answer = buyer.post(newest_link(EMAIL), data={"password": NEW_PASSWORD})
    assert answer.location == "/checkout"
    assert buyer.get("/account").status_code == 200
    assert goes_on(buyer)


def test_so_does_a_new_password(buyer: Buyer) -> None:
    make_user(email=EMAIL)
    ask_for_reset(buyer, EMAIL, next="/checkout")
    answer = buyer.post(newest_link(EMAIL), data={"password": NEW_PASSWORD})
    assert answer.location == "/checkout"
    assert goes_on(buyer)


def test_so_does_the_old_one(buyer: Buyer) -> None:
    make_user(email=EMAIL)
    data = {"email": EMAIL, "password": PASSWORD, "next": "/checkout"}
    assert buyer.post("/sign-in", data=data).location == "/checkout"
    assert goes_on(buyer)


def test_who_does_not_wait_for_the_mail_finds_the_order_later(buyer: Buyer, app: Flask) -> None:
    buyer.post("/register", data={"email": EMAIL, "next": "/checkout"})
    assert buyer.pay(buyer.open_session()).status_code == 200
    phone = open_buyer(app)
    phone.post(newest_link(EMAIL), data={"password": NEW_PASSWORD})

    order = session.scalars(select(Order)).one()
    assert order.user_id == session.scalars(select(User.id)).one()
    assert order.number in phone.get("/account/orders").text
