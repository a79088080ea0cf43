"""Refunds that come at the same moment, from elsewhere, or before what they are about."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from shop.billing import payments, refunds
from shop.billing.hosted_page import HostedLine, HostedPage
from shop.billing.models import LedgerEntry, Payment, PaymentWay, Refund, RefundStatus
from shop.billing.tasks import submit_refund, sweep
from shop.catalog.models import Kind
from shop.db import commit, session
from shop.orders import access
from shop.orders.models import Order, PaymentState
from stripe_sandbox.testing import StripeSandbox
from tests.catalog.race import race
from tests.downloads.factories import make_digital
from tests.factories import make_price, make_variant
from tests.orders.factories import confirm, make_order, make_payment, open_payment

PARTS = 6


def refund_at_stripe(app: Flask, intent_id: str, **params: Any) -> str:
    """In the Dashboard; nobody has told us."""
    client = app.extensions["stripe"]
    refund_id: str = client.v1.refunds.create({"payment_intent": intent_id} | params).id
    return refund_id


def paid_order(method: str = "pm_card_visa") -> tuple[Order, Payment]:
    order = make_order(make_price(kind=Kind.DIGITAL, unit_amount=100 * PARTS))
    payment = make_payment(order)
    confirm(payment, method)
    return order, payment


def test_p01_parts_that_return_at_the_same_moment_all_count(
    either_app: Flask, stripe_sandbox: StripeSandbox
) -> None:
    order, payment = paid_order("pm_card_refundFail")
    intent_id, order_id = payment.stripe_payment_intent_id or "", order.id
    parts = [refund_at_stripe(either_app, intent_id, amount=100) for _ in range(PARTS)]
    commit()

    assert race(either_app, PARTS, lambda n: refunds.sync(parts[n])) == [None] * PARTS
    order = session.get_one(Order, order_id)
    assert (order.refunded, order.payment_state) == (order.paid, PaymentState.REFUNDED)
    commit()

    for part in parts:
        stripe_sandbox.fail_refund(part)
    assert race(either_app, PARTS, lambda n: refunds.sync(parts[n])) == [None] * PARTS
    assert (order.refunded, order.payment_state) == (0, PaymentState.PAID)


def test_p01_not_more_is_asked_back_at_once_than_was_paid(
    either_app: Flask, stripe_sandbox: StripeSandbox
) -> None:
    payment_id = paid_order()[1].id
    commit()

    def ask(_n: int) -> None:
        payment = session.get_one(Payment, payment_id)
        refunds.request(payment, 100 * PARTS // 2, "a gesture")

    answers = race(either_app, PARTS, ask)

    assert answers.count(None) == 2
    assert session.scalar(select(func.sum(Refund.amount))) == 100 * PARTS


def test_p04_news_that_arrive_while_a_refund_is_adopted_stay(
    app: Flask, stripe_sandbox: StripeSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its failure is handled by another worker after we asked, and before we wrote it down."""
    order, payment = paid_order("pm_card_refundFail")
    refund_id = refund_at_stripe(app, payment.stripe_payment_intent_id or "")
    usual = refunds._adopt

    def overtaken(theirs: Any) -> int | None:
        monkeypatch.setattr(refunds, "_adopt", usual)
        stripe_sandbox.fail_refund(refund_id)
        refunds.sync(refund_id)
        commit()
        return usual(theirs)

    monkeypatch.setattr(refunds, "_adopt", overtaken)
    refunds.sync(refund_id)
    commit()

    assert session.scalars(select(Refund)).one().status is RefundStatus.FAILED
    assert (order.refunded, order.payment_state) == (0, PaymentState.PAID)
    assert session.scalar(select(func.sum(LedgerEntry.amount))) == order.total


def test_w07_a_refund_that_is_faster_than_its_payment_is_not_forgotten(
    app: Flask, stripe_sandbox: StripeSandbox
) -> None:
    """Of a payment on Stripe's page we learn the PaymentIntent when it is paid, not before."""
    order = make_order(make_price(kind=Kind.DIGITAL))
    payment = open_payment(order, PaymentWay.HOSTED)
    page = HostedPage(
        [HostedLine("All", 1, order.total)], email=order.email,
        success_url="http://localhost", cancel_url="http://localhost",
    )  # fmt: skip
    address = payments.start_hosted(payment, page)
    commit()
    stripe_sandbox.pay_checkout(address)
    intent = stripe_sandbox.events("payment_intent.succeeded")[0]["data"]["object"]["id"]

    refunds.sync(refund_at_stripe(app, intent))
    commit()

    assert (order.paid, order.payment_state) == (order.total, PaymentState.REFUNDED)


def test_a_refund_of_somebody_elses_payment_is_left_alone(
    app: Flask, stripe_sandbox: StripeSandbox
) -> None:
    intent = app.extensions["stripe"].v1.payment_intents.create(
        {"amount": 100, "currency": "eur", "payment_method": "pm_card_visa", "confirm": True,
         "return_url": "http://localhost"}
    )  # fmt: skip
    refunds.sync(refund_at_stripe(app, intent.id))
    commit()
    assert session.scalar(select(func.count(Refund.id))) == 0


def test_w16_a_refund_that_always_fails_holds_up_no_other(
    app: Flask, stripe_sandbox: StripeSandbox
) -> None:
    """Here our books say that less was received than goes back."""
    (_, broken), (sound_order, sound) = paid_order(), paid_order()
    for payment in (broken, sound):
        refunds.request(payment, 100, "a gesture")
    broken.received = 1
    commit()

    sweep()

    assert sound_order.refunded == 100
    assert refunds.unsubmitted() == [broken.refunds[0].id]


def test_p04_a_refund_that_fails_leaves_the_buyer_what_was_bought(
    app: Flask, stripe_sandbox: StripeSandbox
) -> None:
    url = "https://files.example/book.zip"
    order = make_order(make_price(variant=make_variant(product=make_digital(download_url=url))))
    payment = make_payment(order)
    confirm(payment, "pm_card_refundFail")
    commit()
    line_id = order.lines[0].id
    assert access.of(order)[line_id].download_url

    refund_id = refund_at_stripe(app, payment.stripe_payment_intent_id or "")
    refunds.sync(refund_id)
    assert access.of(order) == {}

    stripe_sandbox.fail_refund(refund_id)
    refunds.sync(refund_id)
    assert access.of(order)[line_id].download_url
    assert (order.payment_state, order.attention) == (PaymentState.PAID, "a refund failed")


def test_p02_an_answer_that_was_lost_makes_no_second_refund(
    app: Flask, stripe_sandbox: StripeSandbox
) -> None:
    """Stripe has made it, and the worker dies before it hears so."""
    order, payment = paid_order()
    refund_id = refunds.request(payment, 200, "a gesture").id
    commit()
    stripe_sandbox.fault("drop", "/v1/refunds", method="POST", when="after", times=5)
    submit_refund.run(refund_id)
    assert refunds.unsubmitted() == [refund_id]
    stripe_sandbox.clear_faults()
    submit_refund.run(refund_id)
    assert len(stripe_sandbox.events("refund.created")) == 1
    assert session.get_one(Order, order.id, populate_existing=True).refunded == 200


def test_p06_a_full_refund_leaves_the_stock_to_whoever_unpacks_it(
    app: Flask, stripe_sandbox: StripeSandbox
) -> None:
    """Money back is no parcel back."""
    variant = make_variant(stock=3)
    order = make_order(make_price(variant=variant))
    payment = make_payment(order)
    confirm(payment)
    refunds.request(payment, payment.received, "a gesture")
    commit()
    sweep()
    assert order.payment_state is PaymentState.REFUNDED
    session.refresh(variant)
    assert (variant.on_hand, variant.reserved) == (2, 0)
