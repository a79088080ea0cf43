"""The last use is sold once, on SQLite and on PostgreSQL; and what would sell it twice."""

from collections.abc import Callable
from threading import Barrier
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from shop.cart.discounts import uses
from shop.cart.discounts.models import Discount, DiscountCode, DiscountUse, UseState
from shop.cart.discounts.refusals import CodeRefused
from shop.cart.discounts.uses import Customer
from shop.catalog.models import Kind
from shop.db import commit, session
from shop.errors import ShopError
from tests.cart.discounts.factories import counts, make_discount
from tests.catalog.race import race
from tests.checkout.buyer import SESSIONS, open_buyer
from tests.factories import make_price

CONTENDERS = 5


def held() -> int:
    query = select(func.count()).where(DiscountUse.state != UseState.RELEASED)
    return session.scalar(query) or 0


def hold_at_once(app: Flask, customer: Callable[[int], Customer]) -> int:
    """How many got a use."""
    code_id = session.scalars(select(DiscountCode.id)).one()
    commit()

    def act(number: int) -> str:
        uses.hold(code_id, f"order-{number}", customer(number))
        return "held"

    answers = race(app, CONTENDERS, act)
    assert all(answer == "held" or isinstance(answer, CodeRefused) for answer in answers), answers
    return answers.count("held")


def somebody(number: int) -> Customer:
    return Customer(None, f"buyer{number}@example.org")


@pytest.mark.parametrize("most", [1, 3])
def test_the_last_uses_of_a_discount(either_app: Flask, most: int) -> None:
    make_discount(most_uses=most)
    assert (hold_at_once(either_app, somebody), held()) == (most, most)
    assert counts() == ([most], [most])


def test_the_last_use_of_a_code(either_app: Flask) -> None:
    make_discount()
    session.execute(update(DiscountCode).values(most_uses=1))
    assert (hold_at_once(either_app, somebody), held()) == (1, 1)
    assert counts() == ([1], [1])


def test_the_last_use_of_a_customer(either_app: Flask) -> None:
    """Whose orders have addresses that lead to one mailbox."""
    make_discount(most_per_customer=1)
    got = hold_at_once(either_app, lambda n: Customer(None, f"Mara+{n}@example.org"))
    assert (got, held()) == (1, 1)
    assert counts() == ([1], [1])


def test_looking_before_counting_would_sell_it_twice(
    either_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: when the count asks for no limit, all who looked at the same moment get it."""

    def count(model: Any, row_id: int) -> None:
        session.execute(update(model).where(model.id == row_id).values(uses=model.uses + 1))

    def look_then_hold(number: int) -> str:
        most, used = session.execute(select(Discount.most_uses, Discount.uses)).one()
        commit()
        everybody_looked.wait(timeout=30)
        if used >= (most or 0):
            raise CodeRefused("used up")
        uses.hold(code_id, f"order-{number}", somebody(number))
        return "held"

    everybody_looked = Barrier(CONTENDERS)
    monkeypatch.setattr(uses, "_count", count)
    make_discount(most_uses=1)
    code_id = session.scalars(select(DiscountCode.id)).one()
    commit()
    answers = race(either_app, CONTENDERS, look_then_hold)
    assert answers == ["held"] * CONTENDERS
    assert counts() == ([CONTENDERS], [CONTENDERS])


def test_an_order_holds_one_use_however_often_it_asks(either_app: Flask) -> None:
    make_discount(most_uses=1)
    code_id = session.scalars(select(DiscountCode.id)).one()
    commit()
    acts: list[tuple[Callable[[int], object], int]] = [
        (lambda _: uses.hold(code_id, "order", somebody(1)), 1),
        (lambda _: uses.release("order"), 0),
        (lambda _: uses.hold_again("order"), 1),
        (lambda _: uses.take("order"), 1),
        (lambda _: uses.release("order"), 1),
    ]
    for act, left in acts:
        race(either_app, CONTENDERS, act)
        assert (held(), counts()) == (left, ([left], [left]))
        commit()


def test_the_last_use_is_sold_once_at_the_checkout(racing_app: Flask) -> None:
    """The others are told, lose nothing but the code, and go on at the full price."""
    make_discount(most_uses=1)
    price = make_price(kind=Kind.DIGITAL)
    buyers = [open_buyer(racing_app) for _ in range(CONTENDERS)]
    urls = []
    for buyer in buyers:
        buyer.add(price)
        buyer.ok(buyer.put("/api/cart/discount", json={"code": "SPRING10"}))
        urls.append(f"{SESSIONS}/{buyer.open_session()}/payment")
    commit()
    answers = race(racing_app, CONTENDERS, lambda n: buyers[n].put(urls[n], json={}))
    assert not [answer for answer in answers if isinstance(answer, ShopError)]
    found = [answer.status_code for answer in answers]  # type: ignore[union-attr]
    assert sorted(found) == [200, 409, 409, 409, 409]
    assert (held(), counts()) == (1, ([1], [1]))
    again = [
        buyer.ok(buyer.put(url, json={})).json for buyer, url in zip(buyers, urls, strict=True)
    ]
    assert sorted(answer["amounts"]["total"] for answer in again) == [1_710] + [1_900] * 4
    assert session.scalars(select(Discount.uses)).one() == 1
