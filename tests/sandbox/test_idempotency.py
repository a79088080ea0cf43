import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests
import stripe

from stripe_sandbox.testing import StripeSandbox
from tests.sandbox.conftest import make_client
from tests.sandbox.test_payments import PAID_NOW

KEY: stripe.RequestOptions = {"idempotency_key": "order:1:pay:1"}
HEADERS = {"Authorization": "Bearer sk_test_suite", "Idempotency-Key": "order:1"}


def test_a_repeated_request_gets_the_same_answer(v1: stripe.V1Services) -> None:
    first = v1.customers.create({"email": "a@example.org"}, KEY)
    second = v1.customers.create({"email": "a@example.org"}, KEY)

    assert second.id == first.id
    assert second.last_response is not None
    assert second.last_response.headers["Idempotent-Replayed"] == "true"
    assert len(v1.customers.list().data) == 1


def test_other_parameters_under_the_same_key_are_refused(v1: stripe.V1Services) -> None:
    v1.customers.create({"email": "a@example.org"}, KEY)
    with pytest.raises(stripe.IdempotencyError) as refused:
        v1.customers.create({"email": "b@example.org"}, KEY)
    assert refused.value.http_status == 400


def test_a_decline_is_remembered(v1: stripe.V1Services) -> None:
    for _ in range(2):
        with pytest.raises(stripe.CardError) as declined:
            v1.payment_intents.create({**PAID_NOW, "payment_method": "pm_card_chargeDeclined"}, KEY)
    assert declined.value.headers is not None
    assert declined.value.headers["Idempotent-Replayed"] == "true"
    assert len(v1.payment_intents.list().data) == 1


def test_a_server_error_is_remembered_when_stripe_had_begun(
    sandbox: StripeSandbox, v1: stripe.V1Services
) -> None:
    sandbox.fault("500", "/v1/customers", remembered=True)
    for _ in range(2):
        with pytest.raises(stripe.APIError):
            v1.customers.create({"email": "a@example.org"}, KEY)
    assert v1.customers.list().data == []


def test_a_validation_failure_is_not_remembered(v1: stripe.V1Services) -> None:
    with pytest.raises(stripe.InvalidRequestError):
        v1.payment_intents.create({"amount": 0, "currency": "eur"}, KEY)
    assert v1.payment_intents.create({"amount": 100, "currency": "eur"}, KEY).amount == 100


def test_a_key_in_use_is_a_conflict(sandbox: StripeSandbox) -> None:
    sandbox.fault("hang", "/v1/customers", delay=1)
    url = f"{sandbox.url}/v1/customers"
    with ThreadPoolExecutor(2) as pool:
        sent = [pool.submit(requests.post, url, headers=HEADERS, timeout=10) for _ in range(2)]
        answers = sorted((one.result() for one in sent), key=lambda answer: answer.status_code)

    assert [answer.status_code for answer in answers] == [200, 409]
    assert answers[1].json()["error"]["code"] == "idempotency_key_in_use"


def test_a_lost_answer_and_the_librarys_retry_make_one_object(sandbox: StripeSandbox) -> None:
    sandbox.fault("drop", "/v1/customers", when="after")
    v1 = make_client(sandbox, retries=2).v1
    customer = v1.customers.create({"email": "lost@example.org"})

    assert [found.id for found in v1.customers.list().data] == [customer.id]
    for _ in range(500):  # the first request may be noted after the second
        posts = [request for request in sandbox.requests() if request["method"] == "POST"]
        if len(posts) == 2:
            break
        time.sleep(0.01)
    assert sorted(request["status"] for request in posts) == [200, 500]
