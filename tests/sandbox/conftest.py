from collections.abc import Iterator

import pytest
import stripe

from stripe_sandbox.settings import API_VERSION, Settings
from stripe_sandbox.testing import StripeSandbox
from tests.sandbox.receiver import Receiver

stripe.enable_telemetry = False


@pytest.fixture(scope="session")
def running() -> Iterator[StripeSandbox]:
    with StripeSandbox(Settings(retry_delays=(0.05, 0.05, 0.05))) as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(running: StripeSandbox) -> StripeSandbox:
    running.reset()
    return running


@pytest.fixture
def v1(sandbox: StripeSandbox) -> stripe.V1Services:
    return make_client(sandbox).v1


@pytest.fixture
def receiver(sandbox: StripeSandbox) -> Iterator[Receiver]:
    """A shop's webhook endpoint that gets every event."""
    with Receiver() as receiver:
        sandbox.forward_to(receiver.url)
        yield receiver


def make_client(
    sandbox: StripeSandbox, key: str = "sk_test_suite", *, retries: int = 0, timeout: float = 10
) -> stripe.StripeClient:
    return stripe.StripeClient(
        key,
        stripe_version=API_VERSION,
        base_addresses={
            "api": sandbox.url,
            "files": sandbox.url,
            "connect": sandbox.url,
            "meter_events": sandbox.url,
        },
        max_network_retries=retries,
        http_client=stripe.RequestsClient(timeout=timeout),
    )
