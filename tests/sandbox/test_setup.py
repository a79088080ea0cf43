"""Saving a payment method for later: SetupIntents."""

from urllib.parse import parse_qs, urlsplit

import pytest
import requests
import stripe

from stripe_sandbox.testing import StripeSandbox
from tests.sandbox.conftest import make_client
from tests.sandbox.test_payments import PAID_NOW


@pytest.fixture
def customer(v1: stripe.V1Services) -> stripe.Customer:
    return v1.customers.create({"email": "ada@example.org"})


def test_a_saved_card_belongs_to_the_customer(
    v1: stripe.V1Services, sandbox: StripeSandbox, customer: stripe.Customer
) -> None:
    intent = v1.setup_intents.create({"customer": customer.id, "metadata": {"why": "later"}})
    assert (intent.status, intent.usage) == ("requires_payment_method", "off_session")
    assert v1.setup_intents.update(intent.id, {"description": "Card on file"}).description

    saved = v1.setup_intents.confirm(
        intent.id, {"payment_method": "pm_card_visa", "expand": ["latest_attempt"]}
    )
    assert saved.status == "succeeded"
    assert isinstance(saved.latest_attempt, stripe.SetupAttempt)
    assert saved.latest_attempt.status == "succeeded"
    [method] = v1.customers.payment_methods.list(customer.id).data
    assert method.id == saved.payment_method
    kinds = [event["type"] for event in sandbox.events()][::-1]
    assert kinds[1:] == [
        "setup_intent.created",
        "payment_method.attached",
        "setup_intent.succeeded",
    ]


def test_a_refused_card_is_not_kept(
    v1: stripe.V1Services, sandbox: StripeSandbox, customer: stripe.Customer
) -> None:
    intent = v1.setup_intents.create({"customer": customer.id})
    with pytest.raises(stripe.CardError) as declined:
        v1.setup_intents.confirm(intent.id, {"payment_method": "pm_card_chargeDeclined"})

    assert (declined.value.http_status, declined.value.code) == (402, "card_declined")
    after = v1.setup_intents.retrieve(intent.id)
    assert (after.status, after.payment_method) == ("requires_payment_method", None)
    assert after.last_setup_error is not None
    assert after.last_setup_error.decline_code == "generic_decline"
    assert len(sandbox.events("setup_intent.setup_failed")) == 1
    [attempt] = v1.setup_attempts.list({"setup_intent": intent.id}).data
    assert attempt.status == "failed"
    assert v1.customers.payment_methods.list(customer.id).data == []


@pytest.mark.parametrize(("outcome", "status"), [("complete", "succeeded"), ("fail", "failed")])
def test_the_bank_asks_on_its_page(
    v1: stripe.V1Services, customer: stripe.Customer, outcome: str, status: str
) -> None:
    intent = v1.setup_intents.create(
        {
            "confirm": True,
            "customer": customer.id,
            "payment_method": "pm_card_authenticationRequiredOnSetup",
            "return_url": "https://shop.test/cards",
        }
    )
    assert intent.status == "requires_action"
    assert intent.next_action is not None
    assert intent.next_action.redirect_to_url is not None
    bank = str(intent.next_action.redirect_to_url.url)

    assert "saves this card" in requests.get(bank, timeout=10).text
    answer = requests.post(bank, data={"outcome": outcome}, timeout=10, allow_redirects=False)
    query = parse_qs(urlsplit(answer.headers["Location"]).query)
    assert query["setup_intent"] == [intent.id]
    assert query["redirect_status"] == [status]
    assert len(v1.customers.payment_methods.list(customer.id).data) == (status == "succeeded")


def test_what_was_saved_with_3d_secure_is_charged_without_it(
    v1: stripe.V1Services, sandbox: StripeSandbox, customer: stripe.Customer
) -> None:
    intent = v1.setup_intents.create(
        {
            "confirm": True,
            "customer": customer.id,
            "payment_method": "pm_card_authenticationRequiredOnSetup",
            "return_url": "https://shop.test/cards",
        }
    )
    sandbox.authenticate(intent.id)
    method = str(v1.setup_intents.retrieve(intent.id).payment_method)
    paid = v1.payment_intents.create(
        {**PAID_NOW, "customer": customer.id, "payment_method": method, "off_session": True}
    )
    assert paid.status == "succeeded"


def test_a_canceled_setup_takes_no_card(
    v1: stripe.V1Services, sandbox: StripeSandbox, customer: stripe.Customer
) -> None:
    intent = v1.setup_intents.create({"customer": customer.id})
    canceled = v1.setup_intents.cancel(intent.id, {"cancellation_reason": "abandoned"})
    assert canceled.status == "canceled"
    with pytest.raises(stripe.InvalidRequestError) as refused:
        v1.setup_intents.confirm(intent.id, {"payment_method": "pm_card_visa"})
    assert refused.value.code == "setup_intent_unexpected_state"
    assert len(sandbox.events("setup_intent.canceled")) == 1
    assert [found.id for found in v1.setup_intents.list({"customer": customer.id}).data] == [
        intent.id
    ]


def test_a_direct_debit_has_to_be_allowed_by_name(
    v1: stripe.V1Services, customer: stripe.Customer
) -> None:
    debit = v1.payment_methods.create(
        {"type": "sepa_debit", "sepa_debit": {"iban": "DE89370400440532013000"}}
    )
    with pytest.raises(stripe.InvalidRequestError) as refused:
        v1.setup_intents.create(
            {"customer": customer.id, "payment_method": debit.id, "confirm": True}
        )
    assert refused.value.param == "payment_method"
    saved = v1.setup_intents.create(
        {
            "allowed_payment_method_types": ["card", "sepa_debit"],
            "customer": customer.id,
            "payment_method": debit.id,
            "confirm": True,
        }
    )
    assert saved.status == "succeeded"


def test_a_browser_needs_the_client_secret(
    v1: stripe.V1Services, sandbox: StripeSandbox, customer: stripe.Customer
) -> None:
    intent = v1.setup_intents.create({"customer": customer.id})
    browser = make_client(sandbox, "pk_test_browser").v1
    with pytest.raises(stripe.InvalidRequestError):
        browser.setup_intents.retrieve(intent.id)
    found = browser.setup_intents.retrieve(intent.id, {"client_secret": str(intent.client_secret)})
    assert found.id == intent.id


def test_a_confirmation_token_serves_one_setup(
    v1: stripe.V1Services, customer: stripe.Customer
) -> None:
    token = v1.test_helpers.confirmation_tokens.create(
        {"payment_method": "pm_card_visa", "return_url": "https://shop.test/return"}
    )
    first, second = (v1.setup_intents.create({"customer": customer.id}) for _ in range(2))
    confirmed = v1.setup_intents.confirm(first.id, {"confirmation_token": token.id})
    assert confirmed.status == "succeeded"
    with pytest.raises(stripe.InvalidRequestError) as refused:
        v1.setup_intents.confirm(second.id, {"confirmation_token": token.id})
    assert refused.value.param == "confirmation_token"
