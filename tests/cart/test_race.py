"""Two tabs, one moment; on SQLite and on PostgreSQL."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from flask import Flask
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from shop.cart.models import Cart, CartLine
from shop.db import commit, session
from tests.accounts.factories import PASSWORD, make_user
from tests.browser import Browser, open_browser
from tests.factories import make_price

TABS = 6


def at_once(app: Flask, acts: list[Callable[[], TestResponse]]) -> list[int]:
    """Their statuses, after all of them were let go at the same moment."""
    commit()
    start = Barrier(len(acts))

    def run(act: Callable[[], TestResponse]) -> int:
        with app.app_context():
            start.wait(timeout=30)
            return act().status_code

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def adding(client: Browser, price_id: int, quantity: int = 1) -> Callable[[], TestResponse]:
    data = {"price_id": price_id, "quantity": quantity}
    return lambda: client.post("/cart/items", data=data)


def signing_in(client: Browser, email: str) -> Callable[[], TestResponse]:
    return lambda: client.sign_in(email, PASSWORD)


def tabs_of(client: Browser, count: int) -> list[Browser]:
    """More windows with the same cookies."""
    tabs = [open_browser(client.application) for _ in range(count)]
    for tab in tabs:
        for name in ("session", "cart"):
            if cookie := client.get_cookie(name):
                tab.set_cookie(name, cookie.value)
    return tabs


def carts_and_quantities() -> tuple[int, list[int]]:
    lines = select(CartLine.quantity).join(Cart).order_by(CartLine.quantity)
    used = select(func.count(func.distinct(CartLine.cart_id)))
    return session.scalar(used) or 0, list(session.scalars(lines))


def test_adds_at_once_all_count(either_app: Flask) -> None:
    client = open_browser(either_app)
    price_id = make_price().id
    adding(client, price_id)()
    tabs = tabs_of(client, TABS)
    assert at_once(either_app, [adding(tab, price_id) for tab in tabs]) == [303] * TABS
    assert carts_and_quantities() == (1, [1 + TABS])


def test_adds_at_once_stop_at_ninety_nine(either_app: Flask) -> None:
    client = open_browser(either_app)
    price_id = make_price().id
    adding(client, price_id, 97)()
    tabs = tabs_of(client, TABS)
    statuses = at_once(either_app, [adding(tab, price_id) for tab in tabs])
    assert sorted(statuses) == [303] * 2 + [409] * (TABS - 2)
    assert carts_and_quantities() == (1, [99])


def test_first_adds_at_once_share_the_customers_cart(either_app: Flask) -> None:
    client = open_browser(either_app)
    price_id, user = make_price().id, make_user()
    client.sign_in(user.email, PASSWORD)
    tabs = tabs_of(client, TABS)
    assert at_once(either_app, [adding(tab, price_id) for tab in tabs]) == [303] * TABS
    assert carts_and_quantities() == (1, [TABS])


def test_c13_tabs_that_sign_in_at_once(either_app: Flask) -> None:
    client = open_browser(either_app)
    price_id, email = make_price().id, make_user().email
    client.sign_in(email, PASSWORD)
    adding(client, price_id, 2)()
    client.post("/sign-out")
    adding(client, price_id, 3)()
    tabs = tabs_of(client, TABS)
    assert at_once(either_app, [signing_in(tab, email) for tab in tabs]) == [303] * TABS
    assert carts_and_quantities() == (1, [3])


def test_c13_two_devices_that_sign_in_at_once(either_app: Flask) -> None:
    phone, laptop = open_browser(either_app), open_browser(either_app)
    both, only, email = make_price().id, make_price().id, make_user().email
    adding(phone, both, 2)()
    adding(laptop, both, 2)()
    adding(laptop, only, 1)()
    acts = [signing_in(phone, email), signing_in(laptop, email)]
    assert at_once(either_app, acts) == [303, 303]
    assert carts_and_quantities() == (1, [1, 2])
