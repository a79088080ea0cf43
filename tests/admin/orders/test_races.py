"""Two of the staff at one order at the same moment, and staff against buyers."""

from collections.abc import Callable, Sequence
from functools import partial
from threading import Barrier, Event
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from shop.accounts.models import Role
from shop.billing import mirror
from shop.billing.gateway import StripeRefused
from shop.billing.models import Payment, Refund
from shop.catalog import stock
from shop.catalog.models import Hold, Kind, Price, StockReservation, Variant
from shop.checkout import closing
from shop.db import commit, session
from shop.orders import acts
from shop.orders.fulfilment.models import LineSwap
from shop.orders.models import Order, PaymentState, RefundLine
from tests.accounts.factories import PASSWORD, make_user
from tests.admin.orders.desk import WHY, paid_order, url_of
from tests.admin.orders.test_swapping import broken, make_other, seen_on, settle, url_of_swap
from tests.browser import Browser, open_browser
from tests.catalog.race import race
from tests.checkout.looking import pay_at_stripe
from tests.factories import make_price
from tests.orders.factories import ADDRESS, make_order, make_payment

Post = Callable[[], TestResponse]
STAFF = 3


def staff_of(app: Flask, many: int = 2) -> list[Browser]:
    make_user(email="ada@staff.example", role=Role.ADMIN)
    browsers = [open_browser(app) for _ in range(many)]
    for browser in browsers:
        browser.sign_in("ada@staff.example", PASSWORD)
    return browsers


def at_once(app: Flask, posts: Sequence[Callable[[], Any]]) -> list[Any]:
    commit()  # the test itself holds no lock
    answers = race(app, len(posts), lambda number: posts[number]())
    session.expire_all()
    return answers


def swap_post(browser: Browser, order: Order, price: Price) -> Post:
    """The form of its page, to be sent later."""
    url = url_of_swap(order, price)
    data = {"reason": WHY, "token": f"{id(browser)}", "seen": seen_on(browser.get(url))}
    return lambda: browser.post(url, data=data)


def refund_post(browser: Browser, order: Order) -> Post:
    """The first line's only piece goes back."""
    line_id, url = order.lines[0].id, url_of(order, "/refund")
    data = {"how": "parts", f"line-{line_id}": "1", "restock": "y", "reason": WHY}
    data |= {"confirmed": "1", "total": "1000", "token": f"{id(browser)}"}
    return lambda: browser.post(url, data=data)


def ship_post(browser: Browser, order: Order) -> Post:
    data = {f"line-{order.lines[0].id}": "1", "act": "ship", "token": f"ship-{id(browser)}"}
    url = url_of(order, "/delivery")
    return lambda: browser.post(url, data=data)


@pytest.fixture
def nobody_waits(postgres_app: Flask, monkeypatch: pytest.MonkeyPatch) -> Flask:
    """Two who have read the order go on with what they read, without its lock.

    SQLite has one writer, so there the second one reads what the first one wrote.
    """
    both_have_read = Barrier(2)

    def read_and_go_on(order: Order) -> None:
        assert order.lines
        both_have_read.wait(timeout=30)

    monkeypatch.setattr(acts, "lock", read_and_go_on)
    return postgres_app


def all_want_the_last(app: Flask, buy: Callable[[int, int], None]) -> int:
    """Staff for orders of their own, and as many buyers; how many got it."""
    orders = [paid_order(Kind.PHYSICAL) for _ in range(STAFF)]
    last = make_other(700, pieces=1)
    variant_id = last.variant_id
    browsers = staff_of(app, STAFF)
    posts: list[Callable[[], Any]] = [
        swap_post(*each, last) for each in zip(browsers, orders, strict=True)
    ]
    posts += [partial(buy, number, variant_id) for number in range(STAFF)]
    answers = at_once(app, posts)
    statuses = [answer.status_code for answer in answers[:STAFF]]
    assert set(statuses) <= {303, 422}, statuses
    return statuses.count(303) + answers[STAFF:].count(None)


def reserve(number: int, variant_id: int) -> None:
    stock.reserve(f"order-{number}", {variant_id: 1})


def test_the_last_one_is_sent_or_sold_once(either_app: Flask) -> None:
    assert all_want_the_last(either_app, reserve) == 1
    variant = session.scalars(select(Variant).join(Price).where(Price.unit_amount == 700)).one()
    swaps = session.scalar(select(func.count(LineSwap.id)))
    assert (variant.on_hand - variant.reserved, 1 - variant.on_hand) == (0, swaps)
    assert session.scalar(select(func.count(Refund.id))) == swaps
    assert [found for found in broken() if found.code == "I11"] == []


def test_a_swap_that_asks_nobody_sends_it_again(
    either_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask = stock.reserve

    def ask_nobody(holder: str, wanted: dict[int, int]) -> None:
        if not holder.startswith("swap:"):
            ask(holder, wanted)
            return
        for variant_id, quantity in wanted.items():
            held = StockReservation(holder=holder, variant_id=variant_id, quantity=quantity)
            held.state = Hold.TAKEN
            session.add(held)

    monkeypatch.setattr(stock, "reserve", ask_nobody)
    assert all_want_the_last(either_app, reserve) >= STAFF
    assert any(found.code == "I11" for found in broken())


def swap_at_once(app: Flask) -> list[TestResponse]:
    order, browsers = paid_order(Kind.PHYSICAL), staff_of(app)
    posts = [swap_post(browser, order, make_other()) for browser in browsers]
    return at_once(app, posts)


def test_one_line_is_swapped_once(either_app: Flask) -> None:
    answers = swap_at_once(either_app)
    assert sorted(answer.status_code for answer in answers) == [200, 303]
    assert any("Something changed meanwhile." in answer.text for answer in answers)
    assert session.scalar(select(func.count(LineSwap.id))) == 1
    assert broken() == []


def test_without_the_lock_one_line_is_swapped_twice(nobody_waits: Flask) -> None:
    assert [answer.status_code for answer in swap_at_once(nobody_waits)] == [303, 303]
    assert session.scalar(select(func.count(LineSwap.id))) == 2


def refund_at_once(app: Flask) -> list[TestResponse]:
    order, browsers = paid_order(Kind.PHYSICAL, Kind.PHYSICAL), staff_of(app)
    return at_once(app, [refund_post(browser, order) for browser in browsers])


def test_one_piece_is_refunded_once(either_app: Flask) -> None:
    answers = refund_at_once(either_app)
    assert sorted(answer.status_code for answer in answers) == [303, 422]
    assert session.scalar(select(func.sum(RefundLine.quantity))) == 1
    assert session.scalar(select(func.sum(Refund.amount))) == 1000


def test_without_the_lock_one_piece_is_refunded_twice(nobody_waits: Flask) -> None:
    assert [answer.status_code for answer in refund_at_once(nobody_waits)] == [303, 303]
    assert session.scalar(select(func.sum(RefundLine.quantity))) == 2


def refund_and_ship(app: Flask) -> tuple[int, int]:
    """How many pieces are on their way, and how many go back on the shelf; there is one."""
    order, (one, two) = paid_order(Kind.PHYSICAL, Kind.PHYSICAL), staff_of(app)
    at_once(app, [refund_post(one, order), ship_post(two, order)])
    settle()
    restocked = session.scalar(select(func.sum(RefundLine.restock)))
    return order.lines[0].shipped, restocked or 0


def test_what_is_refunded_is_sent_or_on_the_shelf(either_app: Flask) -> None:
    assert sorted(refund_and_ship(either_app)) == [0, 1]
    assert broken() == []


def test_without_the_lock_it_is_sent_and_on_the_shelf(nobody_waits: Flask) -> None:
    assert refund_and_ship(nobody_waits) == (1, 1)


def cancel_and_ship(app: Flask, may_pay: Event) -> tuple[bool, bool, PaymentState]:
    """Whether staff was told that it is canceled, whether it was sent, and its state.

    :param may_pay: from when on the buyer does.
    """
    price = make_price(kind=Kind.PHYSICAL, unit_amount=1000, stock=1)
    order = make_order(price, shipping_address=ADDRESS, delivery_name="Post")
    payment_id = make_payment(order).id
    one, two = staff_of(app)
    url, ship = url_of(order, "/cancellation"), ship_post(two, order)

    def pay_and_ship() -> TestResponse:
        may_pay.wait(timeout=30)
        return ship() if pay_or_be_refused(payment_id) else two.get("/admin/")

    data = {"reason": WHY, "token": "cancel"}
    answers = at_once(app, [lambda: one.post(url, data=data), pay_and_ship])
    assert [answer.status_code for answer in answers if answer.status_code >= 500] == []
    told = one.get(url_of(order)).text
    session.expire_all()
    return "its stock is free again" in told, order.lines[0].shipped > 0, order.payment_state


def pay_or_be_refused(payment_id: int) -> bool:
    """False when Stripe knows already that it was canceled."""
    try:
        pay_at_stripe()
    except StripeRefused:
        return False
    mirror.sync(payment_id)
    commit()
    return True


def test_an_order_is_canceled_or_sent(either_app: Flask) -> None:
    at_any_time = Event()
    at_any_time.set()
    was_canceled, was_sent, state = cancel_and_ship(either_app, at_any_time)
    assert (was_canceled, was_sent) in {(True, False), (False, True)}
    assert state is (PaymentState.PAID if was_sent else PaymentState.CANCELED)
    assert broken() == []


def test_canceled_without_asking_stripe_it_is_sent_all_the_same(
    either_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    is_looked_at = Event()

    def ask_nobody(_payment: Payment) -> bool:
        is_looked_at.set()
        return True

    monkeypatch.setattr(closing, "_is_ended", ask_nobody)
    assert cancel_and_ship(either_app, is_looked_at) == (True, True, PaymentState.PAID)
