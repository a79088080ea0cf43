"""Going to pay, once: what may go wrong between the cart and the charge."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from shop.billing.models import PaymentStatus, PaymentWay
from shop.cart.models import Cart
from shop.catalog.models import Kind, Price, Status, Variant
from shop.checkout.models import CheckoutSession, CheckoutStatus
from shop.checkout.totals import MOST
from shop.db import commit, session
from shop.orders.models import PaymentState
from stripe_sandbox.testing import StripeSandbox
from tests.accounts.factories import PASSWORD, make_user
from tests.catalog.race import race
from tests.checkout.buyer import SESSIONS, Buyer, open_buyer
from tests.checkout.looking import orders, pay_at_stripe, payments, the_order, the_session
from tests.factories import make_price


def twin_of(buyer: Buyer, app: Flask) -> Buyer:
    """The same visitor's other tab."""
    other = open_buyer(app)
    other._cookies = dict(buyer._cookies or {})
    return other


def click_at_once(
    app: Flask, tabs: Sequence[Buyer], clicks: Callable[[Buyer], TestResponse]
) -> list[Any]:
    commit()  # the test itself holds no lock
    answers = race(app, len(tabs), lambda number: clicks(tabs[number]))
    assert all(isinstance(answer, TestResponse) for answer in answers), answers
    return answers


def intents(sandbox: StripeSandbox) -> set[str]:
    return {event["data"]["object"]["id"] for event in sandbox.events("payment_intent.created")}


def reserved(price: Price) -> int:
    return session.get_one(Variant, price.variant_id, populate_existing=True).reserved


def test_c01_two_tabs_get_one_order_and_one_payment(
    racing_app: Flask, stripe_sandbox: StripeSandbox
) -> None:
    buyer = open_buyer(racing_app)
    price = make_price(stock=5)
    buyer.add(price, 2)
    url = f"{SESSIONS}/{buyer.open_session()}/payment"
    tabs = [twin_of(buyer, racing_app) for _ in range(4)]
    answers = click_at_once(racing_app, tabs, lambda tab: tab.put(url, json={}))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.json["payment"]["intent_id"] for answer in answers}) == 1
    assert (len(orders()), len(payments()), len(intents(stripe_sandbox))) == (1, 1, 1)
    assert reserved(price) == 2


def test_c01_two_tabs_start_one_session(racing_app: Flask) -> None:
    buyer = open_buyer(racing_app)
    buyer.add(make_price())
    tabs = [twin_of(buyer, racing_app) for _ in range(4)]
    answers = click_at_once(racing_app, tabs, lambda tab: tab.post(SESSIONS))
    assert len({answer.json["id"] for answer in answers}) == 1
    assert sorted(answer.status_code for answer in answers) == [200, 200, 200, 201]


def test_c01_paying_again_after_paying_shows_the_order(buyer: Buyer) -> None:
    buyer.add(make_price(kind=Kind.DIGITAL))
    token = buyer.open_session()
    first = buyer.ok(buyer.pay(token)).json
    second = buyer.ok(buyer.confirm(token)).json
    assert first["order"] == second["order"]
    order_page = f"/orders/{first['order']['token']}"
    assert buyer.get("/checkout/payment").location == order_page
    assert buyer.post("/checkout/payment").location == order_page
    assert len(orders()) == 1


def test_c02_an_answer_that_was_lost_is_asked_for_again(
    buyer: Buyer, stripe_sandbox: StripeSandbox
) -> None:
    """Both tries of the first call reach Stripe, but no answer reaches us."""
    buyer.add(make_price(kind=Kind.DIGITAL))
    buyer.fill_pages()
    stripe_sandbox.fault("drop", "/v1/payment_intents", when="after", times=2)
    assert buyer.post("/checkout/payment").status_code == 503
    assert the_order().payment_state is PaymentState.PENDING
    assert buyer.get("/checkout/payment").status_code == 200
    assert len(intents(stripe_sandbox)) == 1
    assert len(payments()) == 1


def test_c04_when_stripe_is_away_the_page_says_so_and_the_order_is_kept(
    buyer: Buyer, stripe_sandbox: StripeSandbox
) -> None:
    price = make_price(stock=1)
    buyer.add(price)
    buyer.fill_pages()
    stripe_sandbox.fault("500", "/v1/payment_intents", times=4)
    assert buyer.post("/checkout/payment").status_code == 503
    page = buyer.get("/checkout/payment")
    assert page.status_code == 503
    assert "Your items are still held for you." in page.text
    assert reserved(price) == 1
    assert buyer.get("/checkout/payment").status_code == 200


def test_c05_a_cart_that_changed_starts_anew(buyer: Buyer, stripe_sandbox: StripeSandbox) -> None:
    price = make_price(unit_amount=1_000, stock=5)
    buyer.add(price)
    token = buyer.open_session()
    buyer.ok(buyer.put(f"{SESSIONS}/{token}/payment", json={}))
    buyer.add(price)
    assert buyer.confirm(token).status_code == 409
    again = buyer.post(SESSIONS)
    assert again.status_code == 201
    assert again.json["next_step"] == "payment"
    assert (again.json["id"] != token, again.json["amounts"]["total"]) == (True, 2_490)
    first, *_ = payments()
    assert first.status is PaymentStatus.CANCELED
    assert the_order().payment_state is PaymentState.CANCELED
    assert the_session(token).status is CheckoutStatus.CANCELED
    assert reserved(price) == 0
    assert buyer.pay(again.json["id"]).json["amounts"]["total"] == 2_490
    assert [order.payment_state for order in orders()] == [
        PaymentState.CANCELED,
        PaymentState.PAID,
    ]


def test_c05_the_outdated_payment_was_paid_meanwhile(
    buyer: Buyer, stripe_sandbox: StripeSandbox
) -> None:
    """In another tab, after the cart was changed: what was added stays in the cart."""
    price = make_price(stock=5)
    buyer.add(price, 2)
    token = buyer.open_session()
    buyer.ok(buyer.put(f"{SESSIONS}/{token}/payment", json={}))
    pay_at_stripe()
    buyer.add(price)
    answer = buyer.post(SESSIONS)
    assert answer.status_code == 409
    assert answer.json["errors"]["order"] == [the_order().token]


def test_c07_a_price_that_changed_is_shown_first(buyer: Buyer) -> None:
    price = make_price(kind=Kind.DIGITAL, unit_amount=1_000, title="Atlas")
    buyer.add(price)
    buyer.fill_pages()
    buyer.ok(buyer.get("/checkout/payment"))
    price.unit_amount = 1_200
    answer = buyer.post("/checkout/payment", data={"shown": "1000"}, follow_redirects=True)
    assert "Atlas: The price is now €12.00, it was €10.00." in answer.text
    assert "Nothing was charged" in answer.text
    assert orders() == []
    buyer.ok(buyer.post("/checkout/payment", data={"shown": "1200", "total": "1"}))
    assert the_order().total == 1_200


def test_c07_the_api_tells_the_new_price_once(buyer: Buyer) -> None:
    price = make_price(kind=Kind.DIGITAL, unit_amount=1_000)
    buyer.add(price)
    token = buyer.open_session()
    price.unit_amount = 1_200
    answer = buyer.put(f"{SESSIONS}/{token}/payment", json={})
    assert answer.status_code == 409
    assert "€12.00, it was €10.00" in answer.json["errors"]["prices"][0]
    assert buyer.put(f"{SESSIONS}/{token}/payment", json={}).json["amounts"]["total"] == 1_200


def test_c08_a_total_that_was_not_shown_is_not_charged(buyer: Buyer) -> None:
    buyer.add(make_price(kind=Kind.DIGITAL, unit_amount=1_000))
    buyer.fill_pages()
    answer = buyer.post("/checkout/payment", data={"shown": "900"}, follow_redirects=True)
    assert "The total is not the one you saw." in answer.text
    assert orders() == []


def test_c08_what_was_taken_off_the_shelf_is_refused(buyer: Buyer) -> None:
    price = make_price(kind=Kind.DIGITAL, title="Atlas")
    buyer.add(price)
    token = buyer.open_session()
    price.variant.product.status = Status.ARCHIVED
    answer = buyer.put(f"{SESSIONS}/{token}/payment", json={})
    assert answer.status_code == 409
    assert "Atlas: No longer for sale." in answer.json["detail"]
    assert buyer.post("/checkout/payment").location == "/cart"
    assert orders() == []


def test_s02_two_lines_of_one_variant_are_counted_together(buyer: Buyer) -> None:
    price = make_price(stock=1)
    other = make_price(variant=price.variant, unit_amount=1_800)
    buyer.add(price)
    buyer.add(other)
    token = buyer.open_session()
    answer = buyer.put(f"{SESSIONS}/{token}/payment", json={})
    assert answer.status_code == 409
    assert orders() == []
    assert the_session(token).status is CheckoutStatus.OPEN


def test_s01_the_last_one_is_sold_once(racing_app: Flask) -> None:
    price = make_price(stock=1)
    buyers = [open_buyer(racing_app) for _ in range(5)]
    for buyer in buyers:
        buyer.add(price)
    urls = {buyer: f"{SESSIONS}/{buyer.open_session()}/payment" for buyer in buyers}
    answers = click_at_once(racing_app, buyers, lambda buyer: buyer.put(urls[buyer], json={}))
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409, 409]
    assert reserved(price) == 1
    assert len(orders()) == 1


def test_the_other_way_to_pay_gives_up_the_first(
    buyer: Buyer, stripe_sandbox: StripeSandbox
) -> None:
    price = make_price(stock=1)
    buyer.add(price)
    buyer.fill_pages()
    buyer.ok(buyer.post("/checkout/payment"))
    hosted = buyer.post("/checkout/payment/hosted")
    assert hosted.status_code == 303
    assert hosted.location.startswith(stripe_sandbox.url)
    assert "Continue on Stripe" in buyer.get("/checkout/payment").text
    buyer.ok(buyer.post("/checkout/payment"))
    assert [(payment.way, payment.status) for payment in payments()] == [
        (PaymentWay.ELEMENT, PaymentStatus.CANCELED),
        (PaymentWay.HOSTED, PaymentStatus.CANCELED),
        (PaymentWay.ELEMENT, PaymentStatus.REQUIRES_PAYMENT_METHOD),
    ]
    assert reserved(price) == 1


def test_changing_a_step_after_going_to_pay_starts_anew(buyer: Buyer) -> None:
    price = make_price(stock=1)
    buyer.add(price)
    buyer.fill_pages()
    buyer.ok(buyer.post("/checkout/payment"))
    assert buyer.post("/checkout/delivery", data={"method_id": 2}).location == "/checkout/payment"
    assert reserved(price) == 0
    buyer.ok(buyer.post("/checkout/payment"))
    assert [order.payment_state for order in orders()] == [
        PaymentState.CANCELED,
        PaymentState.PENDING,
    ]
    assert orders()[1].delivery_name == "Express"


def test_c14_what_costs_nothing_is_had_without_stripe(
    buyer: Buyer, stripe_sandbox: StripeSandbox
) -> None:
    buyer.add(make_price(kind=Kind.DIGITAL, unit_amount=0))
    buyer.fill_pages()
    assert "Place the order" in buyer.get("/checkout/payment").text
    answer = buyer.post("/checkout/payment", data={"shown": "0"}, follow_redirects=True)
    assert answer.request.path == f"/orders/{the_order().token}"
    assert the_order().payment_state is PaymentState.PAID
    assert intents(stripe_sandbox) == set()


def test_p08_more_than_stripe_takes_is_refused(buyer: Buyer) -> None:
    price = make_price(kind=Kind.DIGITAL, unit_amount=MOST + 1)
    buyer.add(price)
    token = buyer.open_session()
    assert buyer.put(f"{SESSIONS}/{token}/payment", json={}).status_code == 409
    assert orders() == []


def test_an_order_is_a_copy(buyer: Buyer) -> None:
    price = make_price(unit_amount=1_190, title="Atlas")
    buyer.add(price, 2)
    buyer.pay(buyer.open_session())
    price.variant.product.title = "Renamed"
    price.unit_amount = 1
    line = the_order().lines[0]
    assert (line.title, line.amount, line.tax_rate, line.tax) == ("Atlas", 2_380, 1_900, 380)
    assert the_order().tax == 380 + 78


def test_a_session_outlives_nothing_but_its_order(buyer: Buyer) -> None:
    """A cart that is deleted must not take along the order that waits for its payment."""
    buyer.add(make_price(stock=1))
    token = buyer.open_session()
    buyer.ok(buyer.put(f"{SESSIONS}/{token}/payment", json={}))
    checkout = the_session(token)
    session.delete(session.get_one(Cart, checkout.cart_id))
    commit()
    assert session.get_one(CheckoutSession, checkout.id).is_awaiting_payment


def test_who_signs_in_on_the_way_finds_the_order_in_the_account(buyer: Buyer) -> None:
    buyer.add(make_price(kind=Kind.DIGITAL))
    token = buyer.open_session()
    user = make_user()
    buyer.ok(buyer.sign_in(user.email, PASSWORD))
    assert buyer.pay(token).json["status"] == "completed"
    assert the_order().user_id == user.id
    assert the_order().email == "mara@example.org"


@pytest.mark.parametrize(
    ("amount", "currency", "said"),
    [
        (49, "EUR", "The least that can be paid is €0.50."),
        (1_255, "KWD", "This total cannot be paid in its currency."),
        (1_250, "ISK", "This total cannot be paid in its currency."),
    ],
)
def test_what_stripe_would_refuse_is_refused_before_there_is_an_order(
    buyer: Buyer, amount: int, currency: str, said: str
) -> None:
    buyer.add(make_price(kind=Kind.DIGITAL, unit_amount=amount, currency=currency))
    token = buyer.open_session()
    answer = buyer.put(f"{SESSIONS}/{token}/payment", json={})
    assert (answer.status_code, orders()) == (409, [])
    assert said in answer.json["detail"]


@pytest.mark.parametrize(("amount", "currency"), [(50, "EUR"), (1_250, "KWD"), (1_200, "ISK")])
def test_what_stripe_just_takes_can_be_paid(buyer: Buyer, amount: int, currency: str) -> None:
    buyer.add(make_price(kind=Kind.DIGITAL, unit_amount=amount, currency=currency))
    assert buyer.ok(buyer.pay(buyer.open_session())).json["status"] == "completed"
