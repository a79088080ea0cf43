import json

import pytest
import requests
import stripe

from stripe_sandbox.testing import StripeSandbox
from tests.sandbox.conftest import make_client
from tests.sandbox.receiver import Receiver


def test_a_letter_verifies_with_the_library(
    sandbox: StripeSandbox, v1: stripe.V1Services, receiver: Receiver
) -> None:
    customer = v1.customers.create({"email": "a@example.org"})
    receiver.wait_for(1)
    body, signature = receiver.letters[0]

    event = make_client(sandbox).construct_event(body, signature, sandbox.webhook_secret)
    assert event.type == "customer.created"
    assert event.data.object["id"] == customer.id
    assert event.api_version == "2026-10-28.endive"
    with pytest.raises(stripe.SignatureVerificationError):
        make_client(sandbox).construct_event(body + b" ", signature, sandbox.webhook_secret)


def test_two_secrets_sign_while_one_is_rolled(
    sandbox: StripeSandbox, v1: stripe.V1Services, receiver: Receiver
) -> None:
    old, new = "whsec_" + "o" * 32, "whsec_" + "n" * 32
    sandbox.forward_to(receiver.url, old, new)
    v1.customers.create()
    receiver.wait_for(1)

    body, signature = receiver.letters[0]
    for secret in (old, new):
        make_client(sandbox).construct_event(body, signature, secret)


def test_a_refused_letter_is_sent_again(
    sandbox: StripeSandbox, v1: stripe.V1Services, receiver: Receiver
) -> None:
    receiver.failures = 2
    v1.customers.create()
    receiver.wait_for(3)
    assert sandbox.wait_idle(retries=True)

    assert len({json.loads(body)["id"] for body, _ in receiver.letters}) == 1
    [delivery] = sandbox.deliveries()
    assert (delivery["state"], delivery["attempts"]) == ("delivered", 3)
    assert v1.events.list({"delivery_success": False}).data == []


def test_a_letter_that_nobody_takes_is_given_up_and_found_by_reconciling(
    sandbox: StripeSandbox, v1: stripe.V1Services, receiver: Receiver
) -> None:
    receiver.failures = 100
    v1.customers.create()
    assert sandbox.wait_idle(retries=True)

    [delivery] = sandbox.deliveries()
    assert (delivery["state"], delivery["attempts"], delivery["status"]) == ("failed", 4, 500)
    [missed] = v1.events.list({"delivery_success": False}).data
    receiver.failures = 0
    sandbox.replay(missed.id)
    assert sandbox.wait_idle()
    assert v1.events.list({"delivery_success": False}).data == []


def test_letters_are_held_and_then_sent_in_another_order(
    sandbox: StripeSandbox, v1: stripe.V1Services, receiver: Receiver
) -> None:
    sandbox.hold()
    names = [v1.customers.create({"name": str(number)}).name for number in range(8)]
    assert sandbox.wait_idle()
    assert receiver.letters == []

    assert sandbox.deliver(seed=7)
    got = [json.loads(body)["data"]["object"]["name"] for body, _ in receiver.letters]
    assert sorted(got) == sorted(map(str, names))
    assert got != names


def test_copies_delays_and_losses(
    sandbox: StripeSandbox, v1: stripe.V1Services, receiver: Receiver
) -> None:
    sandbox.mischief(copies=2, delay={"customer.created": 0.3}, drop=["product.created"])
    customer = v1.customers.create()
    v1.customers.update(customer.id, {"name": "Ada"})
    v1.products.create({"name": "Mug"})

    assert receiver.wait_for(4) == ["customer.updated"] * 2 + ["customer.created"] * 2
    [lost] = v1.events.list({"delivery_success": False}).data
    assert lost.type == "product.created"


def test_an_event_is_a_snapshot_and_tells_what_changed(
    v1: stripe.V1Services, sandbox: StripeSandbox
) -> None:
    customer = v1.customers.create({"name": "Ada", "metadata": {"a": "1", "b": "2"}})
    v1.customers.update(customer.id, {"name": "Eva", "metadata": {"a": "3"}})
    v1.customers.delete(customer.id)

    [event] = sandbox.events("customer.updated")
    assert event["data"]["object"]["name"] == "Eva"
    assert event["data"]["previous_attributes"] == {"name": "Ada", "metadata": {"a": "1"}}
    assert event["request"]["id"].startswith("req_")
    assert v1.customers.retrieve(customer.id).deleted


def test_an_endpoint_made_through_the_api_gets_what_it_asked_for(
    sandbox: StripeSandbox, v1: stripe.V1Services
) -> None:
    with Receiver() as receiver:
        endpoint = v1.webhook_endpoints.create(
            {"url": receiver.url, "enabled_events": ["product.created"]}
        )
        v1.customers.create()
        v1.products.create({"name": "Mug"})
        assert sandbox.wait_idle()
        assert receiver.types == ["product.created"]
        body, signature = receiver.letters[0]
        make_client(sandbox).construct_event(body, signature, str(endpoint.secret))

        assert "secret" not in v1.webhook_endpoints.retrieve(endpoint.id)
        v1.webhook_endpoints.delete(endpoint.id)
        v1.products.create({"name": "Cup"})
        assert sandbox.wait_idle()
        assert len(receiver.letters) == 1


def test_the_inspector_shows_events_and_replays_them(
    sandbox: StripeSandbox, v1: stripe.V1Services, receiver: Receiver
) -> None:
    customer = v1.customers.create()
    receiver.wait_for(1)
    [event] = sandbox.events()
    pages = ["", f"inspect/object/{customer.id}", "inspect/objects/customer", "inspect/events"]
    for page in pages:
        answer = requests.get(f"{sandbox.url}/{page}", timeout=10)
        assert answer.status_code == 200
        assert "customer" in answer.text
        assert "data:" in answer.headers["Content-Security-Policy"]  # the pages' empty icon

    requests.post(f"{sandbox.url}/inspect/events/{event['id']}/replay", timeout=10)
    assert receiver.wait_for(2) == ["customer.created"] * 2
