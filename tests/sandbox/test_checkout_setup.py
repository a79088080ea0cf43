"""Checkout that saves a card and charges nothing."""

import pytest
import requests
import stripe
from stripe.params.checkout import SessionCreateParams

from stripe_sandbox.testing import StripeSandbox

SAVE_A_CARD: SessionCreateParams = {
    "mode": "setup",
    "currency": "eur",
    "success_url": "https://shop.test/ok?session_id={CHECKOUT_SESSION_ID}",
    "setup_intent_data": {"metadata": {"account": "7"}},
}


@pytest.fixture
def customer(v1: stripe.V1Services) -> stripe.Customer:
    return v1.customers.create({"email": "ada@example.org"})


@pytest.fixture
def session(v1: stripe.V1Services, customer: stripe.Customer) -> stripe.checkout.Session:
    return v1.checkout.sessions.create({**SAVE_A_CARD, "customer": customer.id})


def test_the_card_is_saved(
    v1: stripe.V1Services,
    sandbox: StripeSandbox,
    customer: stripe.Customer,
    session: stripe.checkout.Session,
) -> None:
    assert (session.payment_status, session.amount_total) == ("no_payment_required", None)
    assert "Save card" in requests.get(str(session.url), timeout=10).text
    answer = sandbox.pay_checkout(str(session.url))

    assert answer.headers["Location"] == f"https://shop.test/ok?session_id={session.id}"
    done = v1.checkout.sessions.retrieve(session.id, {"expand": ["setup_intent.payment_method"]})
    assert (done.status, done.payment_status) == ("complete", "no_payment_required")
    assert isinstance(done.setup_intent, stripe.SetupIntent)
    assert done.setup_intent.metadata is not None
    assert done.setup_intent.metadata.to_dict() == {"account": "7"}
    assert isinstance(done.setup_intent.payment_method, stripe.PaymentMethod)
    assert done.setup_intent.payment_method.customer == customer.id
    assert [event["type"] for event in sandbox.events()][:3] == [
        "checkout.session.completed",
        "setup_intent.succeeded",
        "payment_method.attached",
    ]


def test_a_refusal_leaves_the_page_open(
    v1: stripe.V1Services, sandbox: StripeSandbox, session: stripe.checkout.Session
) -> None:
    answer = sandbox.pay_checkout(str(session.url), number="4000000000000002")
    assert answer.status_code == 422
    assert "Your card was declined." in answer.text
    assert v1.checkout.sessions.retrieve(session.id).status == "open"


@pytest.mark.parametrize(("outcome", "status"), [("complete", "complete"), ("fail", "open")])
def test_3d_secure_comes_back_to_the_page(
    v1: stripe.V1Services,
    sandbox: StripeSandbox,
    session: stripe.checkout.Session,
    outcome: str,
    status: str,
) -> None:
    bank = sandbox.pay_checkout(str(session.url), number="4000002500003155").headers["Location"]
    answer = requests.post(bank, data={"outcome": outcome}, timeout=10, allow_redirects=False)
    back = requests.get(answer.headers["Location"], timeout=10, allow_redirects=False)
    assert v1.checkout.sessions.retrieve(session.id).status == status
    if outcome == "fail":
        assert "unable to authenticate" in back.text


def test_a_stranger_becomes_no_customer(v1: stripe.V1Services, sandbox: StripeSandbox) -> None:
    session = v1.checkout.sessions.create(SAVE_A_CARD)
    assert sandbox.pay_checkout(str(session.url)).status_code == 303
    assert v1.customers.list().data == []


def test_a_stranger_becomes_a_customer_on_demand(
    v1: stripe.V1Services, sandbox: StripeSandbox
) -> None:
    session = v1.checkout.sessions.create({**SAVE_A_CARD, "customer_creation": "always"})
    sandbox.pay_checkout(str(session.url), email="eva@example.org")
    [customer] = v1.customers.list().data
    assert customer.email == "eva@example.org"
    assert len(v1.customers.payment_methods.list(customer.id).data) == 1


def test_an_expired_session_cancels_its_setup_intent(
    v1: stripe.V1Services, session: stripe.checkout.Session
) -> None:
    v1.checkout.sessions.expire(session.id)
    assert v1.setup_intents.retrieve(str(session.setup_intent)).status == "canceled"


def test_nothing_is_sold_in_setup_mode(v1: stripe.V1Services) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        v1.checkout.sessions.create(
            {**SAVE_A_CARD, "line_items": [{"price": "price_1", "quantity": 1}]}
        )
    assert refused.value.param == "line_items"
