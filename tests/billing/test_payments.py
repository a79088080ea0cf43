import pytest
from flask import Flask
from sqlalchemy import func, select, update

from shop.billing import inbox, mirror, payments, refunds
from shop.billing.gateway import Declined, StripeUnavailable
from shop.billing.models import (
    LedgerEntry,
    Payment,
    PaymentStatus,
    Refund,
    RefundStatus,
    StripeEvent,
)
from shop.billing.tasks import sweep
from shop.catalog.models import Kind, Variant
from shop.db import commit, session, utcnow
from shop.leases import MOST_TRIES, State
from shop.mail.models import Mail
from shop.orders import lifecycle
from shop.orders.models import Order, PaymentState
from stripe_sandbox.testing import StripeSandbox
from tests.factories import make_price
from tests.orders.factories import confirm, make_bank_debit, make_order, make_payment, open_payment

ASKS_THE_BANK, ASKS_TOO = "pm_card_authenticationRequired", "pm_card_authenticationRequiredOnSetup"


@pytest.fixture
def order(app: Flask) -> Order:
    return make_order(make_price(stock=3), make_price(kind=Kind.DIGITAL))


def state(order: Order) -> PaymentState:
    """As it is now: the type checker does not know that a payment changes an order."""
    return order.payment_state


def mails(kind: str) -> int:
    return session.scalar(select(func.count()).where(Mail.template == f"order_{kind}")) or 0


def test_a_paid_order_takes_its_stock_and_thanks_once(order: Order) -> None:
    payment = make_payment(order)
    confirm(payment)
    for _ in range(3):
        mirror.sync(payment.id)
        commit()
    assert (order.payment_state, order.paid) == (PaymentState.PAID, order.total)
    assert payment.card_last4 == "4242"
    variant = session.get_one(Order, order.id).lines[0]
    assert variant.quantity == 1
    assert mails("paid") == 1
    assert session.scalar(select(func.sum(LedgerEntry.amount))) == order.total


def test_a_decline_says_why_and_the_next_card_pays(order: Order) -> None:
    payment = make_payment(order)
    with pytest.raises(Declined, match="Nothing was charged"):
        confirm(payment, "pm_card_chargeDeclinedInsufficientFunds")
    commit()
    assert state(order) is PaymentState.FAILED
    assert payment.error_code == "insufficient_funds"
    confirm(payment)
    assert state(order) is PaymentState.PAID


def test_c01_two_confirmations_charge_once(order: Order, stripe_sandbox: StripeSandbox) -> None:
    payment = make_payment(order)
    first = payments.confirm(payment, payment_method="pm_card_visa", return_url="http://localhost")
    second = payments.confirm(payment, payment_method="pm_card_visa", return_url="http://localhost")
    assert (first.status, second.status) == (PaymentStatus.SUCCEEDED, PaymentStatus.SUCCEEDED)
    commit()
    assert session.scalar(select(func.count(LedgerEntry.id))) == 1


def test_c01_a_card_that_paid_unheard_is_not_charged_beside_another(
    app: Flask, order: Order, stripe_sandbox: StripeSandbox
) -> None:
    payment = make_payment(order)
    paid = {"payment_method": "pm_card_visa", "return_url": "http://localhost"}
    intent = payment.stripe_payment_intent_id
    app.extensions["stripe"].v1.payment_intents.confirm(intent, paid)

    second = payments.confirm(
        payment, payment_method="pm_card_mastercard", return_url="http://localhost"
    )

    assert second.status is PaymentStatus.SUCCEEDED
    assert len(stripe_sandbox.events("charge.succeeded")) == 1


def card_at_stripe(app: Flask, payment: Payment) -> str:
    """The last digits of the one that Stripe has in hand."""
    intents = app.extensions["stripe"].v1.payment_intents
    now = intents.retrieve(payment.stripe_payment_intent_id, {"expand": ["payment_method"]})
    last4: str = now.payment_method.card.last4
    return last4


def test_c01_going_back_to_an_earlier_card_asks_its_bank_anew(app: Flask, order: Order) -> None:
    """Stripe answers a repeated key as it did before, though it has another card in hand now."""
    payment = make_payment(order)
    for card in (ASKS_THE_BANK, ASKS_TOO, ASKS_THE_BANK):
        confirm(payment, card)

    assert card_at_stripe(app, payment) == "3184"


def test_c02_a_bank_asked_unheard_is_asked_anew_after_another_card(
    app: Flask, order: Order, stripe_sandbox: StripeSandbox
) -> None:
    payment = make_payment(order)
    for card in (ASKS_THE_BANK, ASKS_TOO):
        stripe_sandbox.fault("drop", "/v1/payment_intents", method="POST", when="after", times=2)
        with pytest.raises(StripeUnavailable):
            confirm(payment, card)
    confirm(payment, ASKS_THE_BANK)

    assert card_at_stripe(app, payment) == "3184"


def test_c02_an_answer_lost_after_the_effect_makes_one_intent(
    order: Order, stripe_sandbox: StripeSandbox
) -> None:
    payment = open_payment(order)
    stripe_sandbox.fault("drop", "/v1/payment_intents", method="POST", when="after", times=2)
    with pytest.raises(StripeUnavailable):
        payments.start_element(payment)
    started = payments.start_element(payment)
    commit()
    names = [
        e["data"]["object"]["metadata"] for e in stripe_sandbox.events("payment_intent.created")
    ]
    assert names.count(mirror.names_of(payment)) == 1
    assert payment.stripe_payment_intent_id == started.intent_id


def test_c09_another_amount_is_never_fulfilled(order: Order) -> None:
    payment = make_payment(order)
    session.execute(update(Payment).values(amount=Payment.amount + 1))
    commit()
    with pytest.raises(mirror.Mismatch):
        confirm(payment)
    session.rollback()
    session.refresh(order)
    assert state(order) is PaymentState.PENDING
    assert "amount" in order.attention


def test_w05_a_late_failure_leaves_a_paid_order_paid(order: Order) -> None:
    first = make_payment(order)
    with pytest.raises(Declined):
        confirm(first, "pm_card_chargeDeclined")
    commit()
    second = make_payment(order)
    confirm(second)
    mirror.sync(first.id)
    commit()
    assert state(order) is PaymentState.PAID


def test_a_second_payment_of_one_order_goes_back(order: Order) -> None:
    first, second = make_payment(order), make_payment(order)
    confirm(first)
    confirm(second)
    sweep()
    assert state(order) is PaymentState.PAID
    assert (order.paid, order.refunded) == (2 * order.total, order.total)
    assert second.refunded == order.total


def test_w08_paid_after_expiry_is_refunded_when_the_stock_is_gone(app: Flask) -> None:
    price = make_price(stock=1)
    late = make_order(price)
    payment = make_payment(late)
    lifecycle.cancel(late)
    commit()
    winner = make_order(price)
    confirm(make_payment(winner))
    confirm(payment)
    sweep()
    session.refresh(late)
    assert winner.payment_state is PaymentState.PAID
    assert (late.payment_state, late.refunded) == (PaymentState.REFUNDED, late.total)
    assert late.attention
    assert mails("refunded") == 1


def test_w08_paid_after_expiry_is_sold_when_the_stock_is_there(app: Flask) -> None:
    price = make_price(stock=1)
    late = make_order(price)
    payment = make_payment(late)
    lifecycle.cancel(late)
    commit()
    confirm(payment)
    session.refresh(price.variant)
    assert late.payment_state is PaymentState.PAID
    assert (price.variant.on_hand, price.variant.reserved) == (0, 0)


def test_c12_a_bank_debit_is_fulfilled_only_when_the_money_is_here(
    order: Order, stripe_sandbox: StripeSandbox
) -> None:
    payment = make_payment(order)
    confirm(payment, make_bank_debit())
    assert state(order) is PaymentState.PROCESSING
    assert (mails("received"), mails("paid")) == (1, 0)
    stripe_sandbox.settle(payment.stripe_payment_intent_id or "")
    mirror.sync(payment.id)
    commit()
    assert state(order) is PaymentState.PAID


def test_c12_a_bank_debit_that_fails_frees_the_stock(
    order: Order, stripe_sandbox: StripeSandbox
) -> None:
    payment = make_payment(order)
    confirm(payment, make_bank_debit())
    stripe_sandbox.settle(payment.stripe_payment_intent_id or "", succeeds=False)
    mirror.sync(payment.id)
    commit()
    variant = order.lines[0].variant_id
    assert state(order) is PaymentState.FAILED
    assert mails("payment_failed") == 1
    assert session.get_one(Variant, variant).reserved == 0


def test_a_refund_is_made_once_and_told_once(order: Order) -> None:
    payment = make_payment(order)
    confirm(payment)
    refund = refunds.request(payment, 500, "a gesture")
    commit()
    refunds.submit(refund.id)
    refunds.submit(refund.id)
    refunds.sync(refund.stripe_refund_id or "")
    commit()
    assert refund.status is RefundStatus.SUCCEEDED
    assert (order.payment_state, order.refunded) == (PaymentState.PARTIALLY_REFUNDED, 500)
    assert mails("refunded") == 1
    with pytest.raises(refunds.TooMuch):
        refunds.request(payment, order.total - 499, "too much")


def test_p03_a_refund_made_in_the_dashboard_is_mirrored(
    app: Flask, order: Order, stripe_sandbox: StripeSandbox
) -> None:
    payment = make_payment(order)
    confirm(payment)
    client = app.extensions["stripe"]
    theirs = client.v1.refunds.create({"payment_intent": payment.stripe_payment_intent_id})
    for _ in range(2):
        refunds.sync(theirs.id)
        commit()
    assert session.scalar(select(func.count(Refund.id))) == 1
    assert state(order) is PaymentState.REFUNDED


def test_w06_an_event_that_names_no_payment_of_ours_waits_and_says_why(
    app: Flask, stripe_sandbox: StripeSandbox
) -> None:
    intent = app.extensions["stripe"].v1.payment_intents.create(
        {"amount": 100, "currency": "eur", "metadata": {mirror.OURS: "99999"}}
    )
    event = StripeEvent(
        stripe_id="evt_x", type="payment_intent.succeeded", object_id=intent.id,
        api_version="x", payload=b"{}", created_at=utcnow(),
    )  # fmt: skip
    session.add(event)
    commit()
    for _ in range(MOST_TRIES):
        session.execute(update(StripeEvent).values(due_at=utcnow()))
        commit()
        assert not inbox.process(event.id)
    session.refresh(event)
    assert event.state is State.DEAD
    assert "99999" in (event.error or "")
    assert inbox.replay("evt_x")
    session.refresh(event)
    assert (event.state, event.attempts) == (State.PENDING, 0)
