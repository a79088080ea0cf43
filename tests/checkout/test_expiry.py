"""Checkouts that nobody finished."""

from datetime import timedelta

from flask import Flask
from sqlalchemy import update

from shop.billing import mirror
from shop.billing.models import PaymentStatus
from shop.catalog.models import Kind, Price, Variant
from shop.checkout import expiry
from shop.checkout.models import CheckoutStatus
from shop.db import commit, session
from shop.orders.models import Order, PaymentState
from stripe_sandbox.testing import StripeSandbox
from tests.catalog.race import race
from tests.checkout.buyer import SESSIONS, Buyer, open_buyer
from tests.checkout.looking import (
    let_time_pass,
    pay_at_stripe,
    payments,
    the_order,
    the_session,
)
from tests.factories import make_price
from tests.orders.factories import make_bank_debit


def start_paying(buyer: Buyer, price: Price) -> str:
    buyer.add(price)
    token = buyer.open_session()
    buyer.ok(buyer.put(f"{SESSIONS}/{token}/payment", json={}))
    return token


def reserved(price: Price) -> int:
    return session.get_one(Variant, price.variant_id, populate_existing=True).reserved


def test_s03_an_abandoned_payment_frees_its_stock_once(racing_app: Flask) -> None:
    price = make_price(stock=2)
    token = start_paying(open_buyer(racing_app), price)
    assert expiry.expire_due() == 0
    let_time_pass(minutes=11)
    assert race(racing_app, 3, lambda _number: expiry.expire_due()).count(1) >= 1
    assert the_session(token).status is CheckoutStatus.EXPIRED
    assert the_order().payment_state is PaymentState.CANCELED
    assert payments()[0].status is PaymentStatus.CANCELED
    assert reserved(price) == 0
    assert [entry.kind for entry in the_order().entries].count("canceled") == 1
    assert expiry.expire_due() == 0


def test_an_expired_checkout_starts_anew_with_what_was_filled_in(buyer: Buyer) -> None:
    token = start_paying(buyer, make_price(stock=1))
    let_time_pass(minutes=11)
    expiry.expire_due()
    assert buyer.confirm(token).status_code == 410
    again = buyer.post(SESSIONS)
    assert (again.status_code, again.json["next_step"]) == (201, "payment")


def test_every_try_gives_the_whole_time_again(buyer: Buyer) -> None:
    token = start_paying(buyer, make_price(stock=1))
    let_time_pass(minutes=8)
    assert buyer.confirm(token, payment_method="pm_card_chargeDeclined").status_code == 402
    let_time_pass(minutes=8)
    assert expiry.expire_due() == 0
    assert buyer.confirm(token).json["status"] == "completed"


def test_s05_tries_without_end_hold_no_stock_without_end(buyer: Buyer) -> None:
    price = make_price(stock=1)
    token = start_paying(buyer, price)
    placed_at = the_order().placed_at
    session.execute(update(Order).values(placed_at=placed_at - timedelta(minutes=55)))
    commit()

    buyer.put(f"{SESSIONS}/{token}/payment", json={})

    assert the_session(token).expires_at == placed_at + timedelta(minutes=5)


def test_s04_what_was_paid_at_the_last_moment_is_sold(buyer: Buyer) -> None:
    price = make_price(stock=1)
    token = start_paying(buyer, price)
    pay_at_stripe()
    let_time_pass(minutes=11)
    assert expiry.expire_due() == 0
    assert the_order().payment_state is PaymentState.PAID
    assert the_session(token).status is CheckoutStatus.COMPLETED
    assert session.get_one(Variant, price.variant_id, populate_existing=True).on_hand == 0


def test_when_stripe_is_away_nothing_is_given_up(
    buyer: Buyer, stripe_sandbox: StripeSandbox
) -> None:
    price = make_price(stock=1)
    token = start_paying(buyer, price)
    let_time_pass(minutes=11)
    stripe_sandbox.fault("500", "/cancel", times=4)
    assert expiry.expire_due() == 0
    assert the_session(token).is_awaiting_payment
    assert reserved(price) == 1
    stripe_sandbox.clear_faults()
    let_time_pass(minutes=2)
    assert expiry.expire_due() == 1
    assert reserved(price) == 0


def test_one_that_cannot_be_ended_holds_up_no_other(app: Flask) -> None:
    prices = [make_price(stock=1), make_price(stock=1)]
    broken, _sound = [start_paying(open_buyer(app), price) for price in prices]
    the_session(broken).order_id = None
    let_time_pass(minutes=11)
    assert expiry.expire_due() == 1
    assert [reserved(price) for price in prices] == [1, 0]


def test_s04_who_tried_again_since_we_looked_keeps_the_time(buyer: Buyer) -> None:
    token = start_paying(buyer, make_price(stock=1))
    assert not expiry._expire(the_session(token).id)
    assert the_session(token).is_awaiting_payment
    assert buyer.confirm(token).json["status"] == "completed"


def test_c12_what_a_bank_still_decides_stays_reserved(
    buyer: Buyer, stripe_sandbox: StripeSandbox
) -> None:
    price = make_price(stock=1)
    buyer.add(price)
    token = buyer.open_session()
    buyer.ok(buyer.pay(token, payment_method=make_bank_debit()))
    assert the_order().payment_state is PaymentState.PROCESSING
    let_time_pass(minutes=11)
    assert expiry.expire_due() == 0
    assert reserved(price) == 1
    stripe_sandbox.settle(payments()[0].stripe_payment_intent_id or "", succeeds=False)
    mirror.sync(payments()[0].id)
    commit()
    assert reserved(price) == 0
    assert the_session(token).status is CheckoutStatus.CANCELED


def test_an_open_session_ends_after_a_month(buyer: Buyer) -> None:
    buyer.add(make_price(kind=Kind.DIGITAL))
    token = buyer.open_session()
    let_time_pass(minutes=60 * 24 * 29)
    expiry.expire_due()
    assert the_session(token).status is CheckoutStatus.OPEN
    let_time_pass(minutes=60 * 24 * 2)
    assert buyer.post(SESSIONS).status_code == 201
    expiry.expire_due()
    assert the_session(token).status is CheckoutStatus.EXPIRED
