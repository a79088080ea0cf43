"""W17: Stripe could not deliver for days, and gave up."""

import json

from flask import Flask
from sqlalchemy import func, select

from shop.billing import refunds, webhook
from shop.billing.gateway import stripe_call
from shop.billing.models import Payment, PaymentStatus, StripeEvent
from shop.billing.reconciling import running
from shop.billing.subscriptions.models import SubscriptionStatus
from shop.billing.tasks import sweep
from shop.db import commit, session
from shop.leases import State
from shop.orders.models import Order, PaymentState
from stripe_sandbox.testing import StripeSandbox
from tests.billing.subscriptions.subscriber import make_plan, make_subscriber
from tests.factories import make_price
from tests.orders.factories import make_order, make_payment


def pay_unheard(payment: Payment) -> None:
    """At Stripe, by the buyer's browser; no webhook tells us."""
    intent_id = payment.stripe_payment_intent_id or ""
    commit()
    with stripe_call() as client:
        client.v1.payment_intents.confirm(
            intent_id, {"payment_method": "pm_card_visa", "return_url": "http://localhost"}
        )


def test_w17_what_happened_unheard_is_found_and_repaired(
    app: Flask, stripe_sandbox: StripeSandbox
) -> None:
    paid, untouched = (make_order(make_price()) for _ in range(2))
    payment, _ = make_payment(paid), make_payment(untouched)
    pay_unheard(payment)
    subscriber = make_subscriber(stripe_sandbox)
    page = subscriber.open(make_plan())
    stripe_sandbox.pay_checkout(page)

    report = running.run()

    assert {one["kind"] for one in report.differences} == {"payment", "checkout", "invoice"}
    assert all(one["repaired"] for one in report.differences)
    assert session.get_one(Order, paid.id).payment_state is PaymentState.PAID
    assert session.get_one(Order, untouched.id).payment_state is PaymentState.PENDING
    assert subscriber.subscription.status is SubscriptionStatus.ACTIVE
    assert running.run().differences == []


def test_w17_a_refund_and_an_end_that_nobody_told(
    app: Flask, stripe_sandbox: StripeSandbox
) -> None:
    subscriber = make_subscriber(stripe_sandbox)
    subscription = subscriber.subscribe(make_plan())
    order = make_order(make_price())
    payment = make_payment(order)
    pay_unheard(payment)
    running.run()
    intent_id, stripe_id = payment.stripe_payment_intent_id, subscription.stripe_subscription_id
    commit()
    with stripe_call() as client:
        client.v1.refunds.create({"payment_intent": intent_id or ""})
        client.v1.subscriptions.cancel(stripe_id or "")
    report = running.run()
    assert {one["kind"] for one in report.differences} == {"refund", "subscription"}
    assert session.get_one(Order, order.id).payment_state is PaymentState.REFUNDED
    assert not subscriber.subscription.has_access
    assert refunds.unsubmitted() == []


def test_w17_a_dispute_that_nobody_told_and_what_is_of_another_shop(
    app: Flask, stripe_sandbox: StripeSandbox
) -> None:
    payment = make_payment(make_order(make_price()))
    pay_unheard(payment)
    running.run()
    intent_id = payment.stripe_payment_intent_id or ""
    commit()
    with stripe_call() as client:
        mine = client.v1.payment_intents.retrieve(intent_id)
        foreign = client.v1.payment_intents.create(
            {
                "amount": 500,
                "currency": "eur",
                "payment_method": "pm_card_visa",
                "confirm": True,
                "return_url": "http://localhost",
            }
        )
        client.v1.refunds.create({"payment_intent": foreign.id})
    stripe_sandbox.dispute(str(mine.latest_charge))
    report = running.run()
    assert [one["kind"] for one in report.differences] == ["dispute"]
    assert all(one["repaired"] for one in report.differences)


def test_w17_events_that_were_never_delivered_are_handled(
    app: Flask, stripe_sandbox: StripeSandbox
) -> None:
    stripe_sandbox.forward_to("http://127.0.0.1:9/nobody")
    payment = make_payment(make_order(make_price()))
    pay_unheard(payment)
    report = running.run()
    assert report.events > 0
    assert report.differences == []  # the events told all there was to tell
    assert session.get_one(Payment, payment.id).status is PaymentStatus.SUCCEEDED
    again = running.run()
    assert again.events == 0
    told = json.dumps(stripe_sandbox.events("payment_intent.succeeded")[0]).encode()
    webhook.keep(json.loads(told), told)  # a late delivery after all
    commit()
    sweep()
    assert session.scalar(select(func.count(StripeEvent.id))) == report.events


def test_w17_invoices_of_others_at_the_same_account_are_not_compared(
    app: Flask, stripe_sandbox: StripeSandbox
) -> None:
    make_subscriber(stripe_sandbox).subscribe(make_plan())
    commit()
    with stripe_call() as client:
        stranger = client.v1.customers.create({"email": "not@ours.example"}).id
        client.v1.invoices.create({"customer": stranger})
    assert running.run().differences == []


def test_w17_one_look_answers_all_events_about_an_object(
    app: Flask, stripe_sandbox: StripeSandbox
) -> None:
    stripe_sandbox.forward_to("http://127.0.0.1:9/api/webhook", "whsec_x")
    subscriber = make_subscriber(stripe_sandbox)
    stripe_sandbox.pay_checkout(subscriber.open(make_plan()))
    stripe_sandbox.wait_idle()
    invoice = subscriber.sandbox._ask("GET", "/invoices")["data"][0]["id"]
    before = asked_for(stripe_sandbox, invoice)

    report = running.run()

    about = select(StripeEvent.state).where(StripeEvent.object_id == invoice)
    events = len(session.scalars(about).all())
    assert set(session.scalars(select(StripeEvent.state))) == {State.DONE}
    assert asked_for(stripe_sandbox, invoice) - before < events
    assert report.differences == []


def asked_for(stripe_sandbox: StripeSandbox, invoice: str) -> int:
    return sum(one["path"] == f"/v1/invoices/{invoice}" for one in stripe_sandbox.requests())
