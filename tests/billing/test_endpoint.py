"""`shop stripe endpoint`: Stripe sends here what the shop handles, and nothing else."""

import pytest
import stripe
from click.testing import Result
from flask import Flask

from shop.billing.gateway import API_VERSION
from shop.billing.inbox import HANDLERS
from stripe_sandbox.testing import StripeSandbox
from tests.sandbox.receiver import Receiver

URL = "https://shop.example/api/webhook"


@pytest.fixture
def v1(app: Flask, stripe_sandbox: StripeSandbox) -> stripe.V1Services:
    client: stripe.StripeClient = app.extensions["stripe"]
    return client.v1


def run(app: Flask, *arguments: str) -> Result:
    return app.test_cli_runner().invoke(args=["stripe", "endpoint", *arguments])


def test_an_endpoint_is_made_of_our_version_for_what_we_handle(
    app: Flask, v1: stripe.V1Services
) -> None:
    done = run(app)
    assert done.exit_code == 0
    (made,) = v1.webhook_endpoints.list().data
    assert made.url == "http://localhost/api/webhook"
    assert (made.api_version, set(made.enabled_events)) == (API_VERSION, set(HANDLERS))
    assert made.id in done.output
    assert "SHOP_STRIPE_WEBHOOK_SECRET=whsec_" in done.output


def test_its_events_are_signed_with_the_secret_that_was_shown(
    app: Flask, stripe_sandbox: StripeSandbox, v1: stripe.V1Services
) -> None:
    with Receiver() as receiver:
        secret = run(app, receiver.url).output.partition("SECRET=")[2].strip()
        intent = v1.payment_intents.create({"amount": 500, "currency": "eur"})
        v1.payment_intents.cancel(intent.id)
        assert stripe_sandbox.wait_idle()
        assert receiver.types == ["payment_intent.canceled"]  # its birth is no news to the shop
        body, signature = receiver.letters[0]
        stripe.Webhook.construct_event(body, signature, secret)


def test_the_one_that_is_there_is_brought_in_step(app: Flask, v1: stripe.V1Services) -> None:
    there = v1.webhook_endpoints.create(
        {"url": URL, "enabled_events": ["invoice.paid"], "api_version": API_VERSION}
    )
    v1.webhook_endpoints.update(there.id, {"disabled": True})
    for _ in range(2):
        done = run(app, URL)
        assert done.exit_code == 0
        assert "SECRET" not in done.output
    (kept,) = v1.webhook_endpoints.list().data
    assert (kept.id, kept.status, set(kept.enabled_events)) == (
        there.id,
        "enabled",
        set(HANDLERS),
    )


def test_without_an_answer_it_says_so(app: Flask, stripe_sandbox: StripeSandbox) -> None:
    stripe_sandbox.fault("drop", "/v1/webhook_endpoints", times=3)
    done = run(app, URL)
    assert done.exit_code == 1
    assert "not available" in done.output
