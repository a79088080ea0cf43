"""What somebody ordered as a guest, when the address turns out to be theirs."""

from pathlib import Path

import pytest
from alembic import command
from flask import Flask
from sqlalchemy import create_engine, select, text

from shop.accounts.models import User
from shop.db import commit, session, utcnow
from shop.downloads.models import Grant
from shop.licenses.models import License
from shop.operations import schema
from shop.orders.models import Order
from tests.accounts.factories import PASSWORD, make_user
from tests.accounts.mailbox import ask_for_reset, newest_link, register
from tests.browser import Browser, open_browser
from tests.downloads.factories import make_grant, make_paid_order
from tests.licenses.factories import make_license

EMAIL = "ada@example.org"
"""Of all orders that the factories make."""


def owners() -> set[int | None]:
    """Of all orders, grants and licenses that there are."""
    commit()
    columns = (Order.user_id, Grant.user_id, License.user_id)
    return {owner for column in columns for owner in session.scalars(select(column))}


def order_as_guest() -> None:
    make_grant()
    make_license()


def test_a_new_account_has_what_was_ordered_before(either_app: Flask) -> None:
    order_as_guest()
    client = open_browser(either_app)
    register(client, EMAIL.title())

    assert owners() == {session.scalars(User.with_email(EMAIL)).one().id}
    [first, second] = session.scalars(select(Order.number))
    page = client.get("/account/orders").text
    assert first in page
    assert second in page
    assert (
        session.scalars(select(License.last_characters)).one()
        in client.get("/account/licenses").text
    )
    assert "editor.zip" in client.get("/account/downloads").text


def test_an_address_that_is_not_confirmed_shows_nothing(client: Browser) -> None:
    order_as_guest()
    user = make_user(email=EMAIL)
    client.sign_in(EMAIL, PASSWORD)
    assert owners() == {None}
    assert "No orders yet" in client.get("/account/orders").text

    client.post("/account/email/confirmation")
    client.post(newest_link(EMAIL))
    assert owners() == {user.id}


def test_a_new_password_confirms_the_address_too(client: Browser) -> None:
    order_as_guest()
    user = make_user(email=EMAIL)
    ask_for_reset(client, EMAIL)
    client.post(newest_link(EMAIL), data={"password": "three blue teapots"})
    assert owners() == {user.id}


def test_a_new_address_brings_its_orders_and_keeps_those_of_the_old(client: Browser) -> None:
    user = make_user(email="mara@example.com", email_verified_at=utcnow())
    make_paid_order(user=user)
    make_grant()
    client.sign_in(user.email, PASSWORD)
    client.post("/account/email", data={"email": EMAIL, "current_password": PASSWORD})
    client.post(newest_link(EMAIL))
    assert owners() == {user.id}


def test_what_was_ordered_signed_out_comes_at_the_next_sign_in(client: Browser) -> None:
    user = make_user(email=EMAIL, email_verified_at=utcnow())
    order_as_guest()
    assert owners() == {None}
    client.sign_in(EMAIL, PASSWORD)
    assert owners() == {user.id}


def test_nothing_of_others_is_taken(client: Browser) -> None:
    theirs = make_user(email="noah@example.com")
    make_grant(theirs)
    other = make_paid_order()
    other.email = "ada@example.com"
    register(client, EMAIL)
    assert owners() == {theirs.id, None}


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_orders_of_before_are_found_by_any_spelling(
    database: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    url = f"sqlite:///{tmp_path / 'shop.db'}"
    if database == "postgresql":
        url = request.getfixturevalue("postgres_database")
    settings = schema.alembic(url)
    command.upgrade(settings, "0002")
    engine = create_engine(url)
    old = (
        "INSERT INTO orders (number, token, email, name, billing_address, delivery_name, currency,"
        " subtotal, discount, delivery, tax, tax_included, total, paid, refunded, payment_state,"
        " fulfilment_state, attention, placed_at) VALUES (:email, :email, :email, '', '{}', '',"
        " 'EUR', 0, 0, 0, 0, true, 0, 0, 0, 'paid', 'unfulfilled', '', '2026-11-01')"
    )
    with engine.begin() as connection:
        emails = [{"email": "Ada@Example.org"}, {"email": "STRASSE@example.org"}]
        connection.execute(text(old), emails)
    command.upgrade(settings, "0003")
    with engine.begin() as connection:
        found = connection.execute(text("SELECT email, email_norm FROM orders ORDER BY id")).all()
    engine.dispose()
    assert [tuple(row) for row in found] == [
        ("Ada@Example.org", "ada@example.org"),
        ("STRASSE@example.org", "strasse@example.org"),
    ]
