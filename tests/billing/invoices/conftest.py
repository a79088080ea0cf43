import pytest
from flask import Flask

from stripe_sandbox.testing import StripeSandbox
from tests.billing.subscriptions.subscriber import Subscriber, make_subscriber


@pytest.fixture
def subscriber(app: Flask, stripe_sandbox: StripeSandbox) -> Subscriber:
    return make_subscriber(stripe_sandbox)
