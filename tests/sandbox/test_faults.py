import pytest
import requests
import stripe

from stripe_sandbox.testing import StripeSandbox
from tests.sandbox.conftest import make_client


def test_rate_limiting_is_not_retried_by_the_library(sandbox: StripeSandbox) -> None:
    sandbox.fault("429", "/v1/customers")
    v1 = make_client(sandbox, retries=2).v1
    with pytest.raises(stripe.RateLimitError):
        v1.customers.list()
    assert len(sandbox.requests()) == 1


def test_a_server_error_is_retried_by_the_library(sandbox: StripeSandbox) -> None:
    sandbox.fault("500", "/v1/customers", method="POST")
    customer = make_client(sandbox, retries=2).v1.customers.create({"email": "a@example.org"})
    assert customer.email == "a@example.org"


def test_a_hanging_request_runs_into_the_timeout(sandbox: StripeSandbox) -> None:
    sandbox.fault("hang", "/v1/customers", delay=2)
    with pytest.raises(stripe.APIConnectionError):
        make_client(sandbox, timeout=0.3).v1.customers.list()


def test_a_rule_hits_its_path_only_and_as_often_as_told(
    sandbox: StripeSandbox, v1: stripe.V1Services
) -> None:
    sandbox.fault("500", r"^/v1/products$", times=2)
    assert v1.customers.list().data == []
    for _ in range(2):
        with pytest.raises(stripe.APIError):
            v1.products.list()
    assert v1.products.list().data == []


def test_a_misspelled_rule_is_refused(sandbox: StripeSandbox) -> None:
    with pytest.raises(requests.HTTPError):
        sandbox.fault("500", "/v1", tmies=3)


@pytest.mark.parametrize("key", ["sk_live_abc", "nonsense", "sk_test_revoked1"])
def test_other_keys_than_test_keys_are_refused(sandbox: StripeSandbox, key: str) -> None:
    with pytest.raises(stripe.AuthenticationError):
        make_client(sandbox, key).v1.customers.list()


def test_another_version_is_refused(sandbox: StripeSandbox) -> None:
    client = make_client(sandbox)
    with pytest.raises(stripe.InvalidRequestError, match="Invalid Stripe API version"):
        client.v1.customers.list(options={"stripe_version": "2024-06-20"})


def test_a_publishable_key_reads_an_intent_with_its_secret_and_nothing_else(
    sandbox: StripeSandbox, v1: stripe.V1Services
) -> None:
    intent = v1.payment_intents.create({"amount": 100, "currency": "eur"})
    browser = make_client(sandbox, "pk_test_suite").v1
    secret = str(intent.client_secret)

    assert browser.payment_intents.retrieve(intent.id, {"client_secret": secret}).id == intent.id
    with pytest.raises(stripe.InvalidRequestError):
        browser.payment_intents.retrieve(intent.id, {"client_secret": secret + "x"})
    with pytest.raises(stripe.PermissionError):
        browser.customers.list()
