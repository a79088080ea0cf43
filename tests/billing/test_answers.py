"""Stripe's answers that come late, out of order or at the same moment."""

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from shop.billing import mirror, payments
from shop.billing.gateway import TWIN_PAUSES, StripeUnavailable, stripe_call
from shop.billing.models import Payment, PaymentStatus, PaymentWay, Refund
from shop.catalog.models import Kind
from shop.db import commit, session
from shop.orders.models import PaymentState
from stripe_sandbox.testing import StripeSandbox
from tests.factories import make_price
from tests.orders.factories import confirm, make_order, make_payment, open_payment


def pay_at_stripe(intent_id: str) -> None:
    """The buyer's browser does; nobody has told us."""
    commit()
    with stripe_call() as client:
        client.v1.payment_intents.confirm(
            intent_id, {"payment_method": "pm_card_visa", "return_url": "http://localhost"}
        )


def test_w04_an_older_answer_that_comes_last_never_unpays(app: Flask) -> None:
    """It would be paid a second time by the next one, and returned as a mistake."""
    order = make_order(make_price(kind=Kind.DIGITAL))
    payment = make_payment(order)
    payment_id, intent_id = payment.id, payment.stripe_payment_intent_id or ""
    session.execute(update(Payment).values(ticket=2))
    commit()
    before = mirror.fetch_intent(intent_id)
    pay_at_stripe(intent_id)
    mirror.apply(payment_id, 1, mirror.fetch_intent(intent_id))
    commit()

    mirror.apply(payment_id, 2, before)
    commit()
    assert mirror.sync(payment_id).status is PaymentStatus.SUCCEEDED
    commit()

    assert order.payment_state is PaymentState.PAID
    assert session.scalar(select(func.count(Refund.id))) == 0


def test_w01_news_about_a_payment_that_succeeded_change_nothing(app: Flask) -> None:
    """Stripe clears the error of an earlier try whenever somebody edits the payment."""
    order = make_order(make_price(kind=Kind.DIGITAL))
    payment = make_payment(order)
    confirm(payment)
    session.execute(update(Payment).values(error_code="card_declined"))
    commit()

    mirror.sync(payment.id)
    commit()

    assert order.payment_state is PaymentState.PAID
    assert session.scalar(select(func.count(Refund.id))) == 0


def test_w14_a_payment_of_another_shop_at_our_stripe_account_pays_nothing_here(app: Flask) -> None:
    """Its number is one of ours, and so is its amount."""
    order = make_order(make_price(kind=Kind.DIGITAL))
    payment = make_payment(order)
    ours = payment.stripe_payment_intent_id
    names = mirror.names_of(payment) | {mirror.KEY: "order:of-another-shop:pay:1"}
    theirs = app.extensions["stripe"].v1.payment_intents.create(
        {"amount": order.total, "currency": "eur", "metadata": names}
    )
    pay_at_stripe(theirs.id)

    mirror.sync_intent(theirs.id)
    commit()

    assert (payment.stripe_payment_intent_id, order.payment_state) == (ours, PaymentState.PENDING)


def test_w14_not_even_while_we_do_not_know_our_own_intent_yet(app: Flask) -> None:
    order = make_order(make_price(kind=Kind.DIGITAL))
    payment = open_payment(order, PaymentWay.HOSTED)
    commit()
    names = mirror.names_of(payment) | {mirror.KEY: "order:of-another-shop:pay:1"}
    theirs = app.extensions["stripe"].v1.payment_intents.create(
        {"amount": order.total, "currency": "eur", "metadata": names}
    )
    pay_at_stripe(theirs.id)

    mirror.sync_intent(theirs.id)
    commit()

    assert (payment.stripe_payment_intent_id, order.payment_state) == (None, PaymentState.PENDING)


def test_c04_a_fault_that_stripe_keeps_does_not_block_the_next_try(
    app: Flask, stripe_sandbox: StripeSandbox
) -> None:
    order = make_order(make_price(kind=Kind.DIGITAL))
    payment = open_payment(order)
    stripe_sandbox.fault("500", "/v1/payment_intents", method="POST", times=1, remembered=True)
    with pytest.raises(StripeUnavailable):
        payments.start_element(payment)

    assert payments.start_element(payment).intent_id


def test_b09_a_twin_that_stripe_is_at_work_on_is_waited_for(
    app: Flask, stripe_sandbox: StripeSandbox
) -> None:
    stripe_sandbox.fault("409", "/v1/payment_intents", times=3)
    payment = make_payment(make_order(make_price(kind=Kind.DIGITAL)))
    assert payment.stripe_payment_intent_id
    assert stripe_sandbox.faults_left() == 0


def test_a_conflict_that_does_not_end_is_given_up(
    app: Flask, stripe_sandbox: StripeSandbox
) -> None:
    stripe_sandbox.fault("409", "/v1/payment_intents", times=99)
    with pytest.raises(StripeUnavailable):
        make_payment(make_order(make_price(kind=Kind.DIGITAL)))
    assert 99 - stripe_sandbox.faults_left() == 2 * (len(TWIN_PAUSES) + 1)
    stripe_sandbox.clear_faults()
