"""A dispute about what a subscription has charged."""

from flask import Flask
from sqlalchemy import select

from shop.billing.disputes.models import Dispute
from shop.billing.subscriptions.models import SubscriptionStatus
from shop.db import session
from shop.licenses.models import License, Status
from stripe_sandbox.testing import StripeSandbox
from tests.billing.subscriptions.subscriber import make_plan, make_subscriber


def license() -> License:
    session.expire_all()
    return session.scalars(select(License)).one()


def test_p09_a_subscription_rests_and_ends_with_its_dispute(
    app: Flask, stripe_sandbox: StripeSandbox
) -> None:
    subscriber = make_subscriber(stripe_sandbox)
    subscriber.subscribe(make_plan())
    charge = stripe_sandbox.events("charge.succeeded")[0]["data"]["object"]["id"]
    dispute_id = stripe_sandbox.dispute(charge)["id"]
    subscriber.listen()
    dispute = session.scalars(select(Dispute)).one()
    assert (dispute.payment_id, dispute.subscription_id) == (None, subscriber.subscription.id)
    assert (license().status, license().suspend_reason) == (Status.SUSPENDED, "dispute")
    stripe_sandbox.end_dispute(dispute_id, "lost")
    subscriber.listen()
    assert (license().status, license().end_reason) == (Status.REVOKED, "dispute")
    assert subscriber.subscription.status is SubscriptionStatus.CANCELED  # nobody is charged on
    assert [entry.text for entry in subscriber.subscription.entries if entry.kind == "dispute"] == [
        "The payment is disputed with the bank.",
        "The bank has taken the payment back.",
    ]
