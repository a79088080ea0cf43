import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
import stripe

from stripe_sandbox.__main__ import main
from stripe_sandbox.settings import API_VERSION
from stripe_sandbox.testing import Control
from tests.sandbox.receiver import Receiver

SECRET = "whsec_" + "s" * 32


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as receiver:
        yield receiver


@pytest.fixture
def process(tmp_path: Path, receiver: Receiver) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "stripe_sandbox", "--port", "0", "--data", str(tmp_path)]
    webhook = ["--webhook-url", receiver.url, "--webhook-secret", SECRET]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    with subprocess.Popen(
        [*command, *webhook], stdout=subprocess.PIPE, text=True, env=environment
    ) as process:
        yield process
        process.kill()


def test_the_command_serves_and_ends_when_told(
    process: subprocess.Popen[str], receiver: Receiver, tmp_path: Path
) -> None:
    assert process.stdout is not None
    url = process.stdout.readline().removeprefix("Stripe sandbox: ").strip()
    client = stripe.StripeClient(
        "sk_test_suite", stripe_version=API_VERSION, base_addresses={"api": url}
    )
    client.v1.customers.create()
    assert Control(url).wait_idle()
    client.construct_event(*receiver.letters[0], SECRET)
    assert requests.get(f"{url}/endive/stripe.js", timeout=10).ok

    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=10) == 0
    assert (tmp_path / "stripe-sandbox.db").exists()


def test_the_command_lists_what_is_built(capsys: pytest.CaptureFixture[str]) -> None:
    main(["--operations"])
    *operations, summary = capsys.readouterr().out.splitlines()
    assert "POST   /v1/billing_portal/sessions" in operations
    assert len(operations) >= 138
    assert summary == f"{len(operations)} of the library's 558 operations are built."
