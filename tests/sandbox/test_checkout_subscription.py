from typing import Any

import pytest
import requests
import stripe

from stripe_sandbox.testing import StripeSandbox
from tests.sandbox.billing import DAY, at, item_of, latest, make_buyer

START = at(2026, 4, 1)


@pytest.fixture
def price(v1: stripe.V1Services) -> str:
    product = v1.products.create({"name": "Pro & more"})
    return v1.prices.create(
        {
            "product": product.id,
            "currency": "eur",
            "unit_amount": 1000,
            "recurring": {"interval": "month"},
        }
    ).id


def open_session(v1: stripe.V1Services, price: str, **params: Any) -> stripe.checkout.Session:
    given: Any = {
        "mode": "subscription",
        "ui_mode": "hosted_page",
        "success_url": "https://shop.test/ok?session_id={CHECKOUT_SESSION_ID}",
        "line_items": [{"price": price, "quantity": 2}],
        "subscription_data": {"metadata": {"order": "1"}},
        **params,
    }
    return v1.checkout.sessions.create(given)


def started(v1: stripe.V1Services, session: stripe.checkout.Session) -> stripe.Subscription:
    complete = v1.checkout.sessions.retrieve(
        session.id, {"expand": ["subscription.latest_invoice"]}
    )
    assert complete.status == "complete"
    assert isinstance(complete.subscription, stripe.Subscription)
    assert complete.invoice == latest(complete.subscription).id
    assert complete.payment_intent is None
    return complete.subscription


def test_paying_starts_the_subscription(
    v1: stripe.V1Services, sandbox: StripeSandbox, price: str
) -> None:
    session = open_session(v1, price)
    assert (session.amount_total, session.subscription) == (2000, None)
    page = requests.get(str(session.url), timeout=10).text
    for text in ("Pro &amp; more", "€20.00", "per month", "Subscribe"):
        assert text in page

    answer = sandbox.pay_checkout(str(session.url), email="ada@example.org")
    assert answer.headers["Location"] == f"https://shop.test/ok?session_id={session.id}"
    subscription = started(v1, session)
    assert (subscription.status, item_of(subscription).quantity) == ("active", 2)
    assert subscription.metadata.to_dict() == {"order": "1"}
    invoice = latest(subscription)
    assert (invoice.status, invoice.total, invoice.customer_email) == (
        "paid",
        2000,
        "ada@example.org",
    )
    method: Any = subscription.default_payment_method
    assert v1.payment_methods.retrieve(method).customer == subscription.customer
    [payment] = v1.invoice_payments.list({"invoice": invoice.id}).data
    assert v1.payment_intents.retrieve(str(payment.payment.payment_intent)).amount == 2000
    types = [event["type"] for event in sandbox.events()][::-1]
    assert types.index("payment_intent.succeeded") < types.index("customer.subscription.created")
    assert types.index("invoice.paid") < types.index("checkout.session.completed")


def test_a_refused_card_starts_nothing(
    v1: stripe.V1Services, sandbox: StripeSandbox, price: str
) -> None:
    session = open_session(v1, price)
    refused = sandbox.pay_checkout(str(session.url), number="4000000000000002")
    assert (refused.status_code, "declined" in refused.text) == (422, True)
    assert v1.subscriptions.list({"status": "all"}).data == []
    assert v1.customers.list().data == []
    sandbox.pay_checkout(str(session.url))
    sandbox.pay_checkout(str(session.url))
    assert len(v1.subscriptions.list().data) == 1
    assert len(v1.charges.list().data) == 2


@pytest.mark.parametrize("amount_due", ["trial", "full"])
@pytest.mark.parametrize("outcome", ["complete", "fail"])
def test_3d_secure_before_the_start(
    v1: stripe.V1Services, sandbox: StripeSandbox, price: str, outcome: str, amount_due: str
) -> None:
    data = {"trial_period_days": 7} if amount_due == "trial" else {}
    session = open_session(v1, price, subscription_data=data)
    answer = sandbox.pay_checkout(str(session.url), number="4000002760003184")
    bank = answer.headers["Location"]
    left = requests.post(bank, data={"outcome": outcome}, timeout=10, allow_redirects=False)
    back = requests.get(left.headers["Location"], timeout=10, allow_redirects=False)
    if outcome == "fail":
        assert "unable to authenticate" in back.text
        assert v1.subscriptions.list({"status": "all"}).data == []
    else:
        status = "trialing" if amount_due == "trial" else "active"
        assert started(v1, session).status == status


def test_a_trial_saves_the_card_for_its_end(v1: stripe.V1Services, sandbox: StripeSandbox) -> None:
    buyer = make_buyer(sandbox, v1, START, card=None)
    session = open_session(
        v1,
        buyer.price(1000),
        customer=buyer.id,
        subscription_data={"trial_period_days": 14},
    )
    page = requests.get(str(session.url), timeout=10).text
    assert (session.amount_total, "14 days free" in page) == (0, True)
    sandbox.pay_checkout(str(session.url))
    complete = v1.checkout.sessions.retrieve(session.id)
    assert complete.payment_status == "no_payment_required"
    subscription = started(v1, session)
    assert (subscription.status, subscription.trial_end) == ("trialing", START + 14 * DAY)
    assert v1.charges.list().data == []
    buyer.advance(START + 15 * DAY)
    renewed = buyer.subscription(subscription.id)
    assert (renewed.status, latest(renewed).status, latest(renewed).total) == (
        "active",
        "paid",
        2000,
    )


def test_a_trial_may_ask_for_no_card(
    v1: stripe.V1Services, sandbox: StripeSandbox, price: str
) -> None:
    session = open_session(
        v1,
        price,
        payment_method_collection="if_required",
        subscription_data={"trial_period_days": 7},
    )
    assert "Card number" not in requests.get(str(session.url), timeout=10).text
    answer = requests.post(
        str(session.url), data={"email": "ada@example.org"}, timeout=10, allow_redirects=False
    )
    assert answer.status_code == 303
    assert started(v1, session).status == "trialing"


def test_a_promotion_code_on_the_page(
    v1: stripe.V1Services, sandbox: StripeSandbox, price: str
) -> None:
    coupon = v1.coupons.create({"percent_off": 25, "duration": "forever"})
    code = v1.promotion_codes.create(
        {"promotion": {"type": "coupon", "coupon": coupon.id}, "code": "SPRING"}
    )
    session = open_session(v1, price, allow_promotion_codes=True)
    url = f"{session.url}/promotion"
    wrong = requests.post(url, data={"promotion_code": "nothing"}, timeout=10)
    assert (wrong.status_code, "This code is invalid." in wrong.text) == (422, True)
    assert "€15.00" in requests.post(url, data={"promotion_code": "spring"}, timeout=10).text
    assert v1.promotion_codes.retrieve(code.id).times_redeemed == 0

    sandbox.pay_checkout(str(session.url))
    complete = v1.checkout.sessions.retrieve(session.id)
    assert complete.amount_total == 1500
    assert complete.discounts is not None
    assert complete.discounts[0].promotion_code == code.id
    subscription = started(v1, session)
    assert (latest(subscription).total, len(subscription.discounts)) == (1500, 1)
    assert v1.promotion_codes.retrieve(code.id).times_redeemed == 1


@pytest.mark.parametrize("succeeds", [True, False])
def test_a_bank_debit_is_trusted_until_it_fails(
    v1: stripe.V1Services, sandbox: StripeSandbox, price: str, *, succeeds: bool
) -> None:
    session = open_session(v1, price)
    debit = {"method": "sepa_debit", "iban": "DE89 3704 0044 0532 0130 00"}
    sandbox.pay_checkout(str(session.url), **debit)
    subscription = started(v1, session)
    assert (subscription.status, latest(subscription).status) == ("active", "open")
    [payment] = v1.invoice_payments.list({"invoice": latest(subscription).id}).data
    sandbox.settle(str(payment.payment.payment_intent), succeeds=succeeds)
    ended = started(v1, session)
    assert ended.status == ("active" if succeeds else "past_due")
    assert latest(ended).status == ("paid" if succeeds else "open")
    kind = "succeeded" if succeeds else "failed"
    assert len(sandbox.events(f"checkout.session.async_payment_{kind}")) == 1


def test_something_to_pay_once_beside_the_plan(
    v1: stripe.V1Services, sandbox: StripeSandbox, price: str
) -> None:
    once = {
        "price_data": {
            "currency": "eur",
            "unit_amount": 500,
            "product_data": {"name": "Setup"},
        },
        "quantity": 1,
    }
    session = open_session(v1, price, line_items=[{"price": price, "quantity": 1}, once])
    assert session.amount_total == 1500
    sandbox.pay_checkout(str(session.url))
    subscription = started(v1, session)
    assert (latest(subscription).total, len(subscription.items.data)) == (1500, 1)


@pytest.mark.parametrize(
    ("change", "param"),
    [
        ({"line_items": []}, "line_items"),
        ({"payment_intent_data": {"metadata": {"a": "1"}}}, "payment_intent_data"),
        (
            {
                "line_items": [
                    {
                        "price_data": {
                            "currency": "eur",
                            "unit_amount": 500,
                            "product_data": {"name": "Setup"},
                        },
                        "quantity": 1,
                    }
                ]
            },
            "line_items",
        ),
    ],
)
def test_what_a_subscription_page_does_not_take(
    v1: stripe.V1Services, price: str, change: dict[str, Any], param: str
) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        open_session(v1, price, **change)
    assert refused.value.param == param


def test_what_is_typed_in_becomes_the_customers_own(
    v1: stripe.V1Services, sandbox: StripeSandbox, price: str
) -> None:
    customer = v1.customers.create({"email": "ada@example.org", "name": "A."})
    update = {"address": "auto", "name": "auto"}
    session = open_session(v1, price, customer=customer.id, customer_update=update)
    sandbox.pay_checkout(str(session.url), name="Ada Buyer", country="DE", postal_code="10115")
    changed = v1.customers.retrieve(customer.id, {"expand": ["subscriptions"]})
    assert changed.name == "Ada Buyer"
    assert changed.address is not None
    assert (changed.address.country, changed.address.postal_code) == ("DE", "10115")
    assert changed.subscriptions is not None
    assert [found.id for found in changed.subscriptions.data] == [started(v1, session).id]


def test_an_expired_page_starts_nothing(
    v1: stripe.V1Services, sandbox: StripeSandbox, price: str
) -> None:
    session = open_session(v1, price)
    sandbox.pay_checkout(str(session.url), number="4000000000000002")
    v1.checkout.sessions.expire(session.id)
    assert sandbox.pay_checkout(str(session.url)).status_code == 410
    assert len(sandbox.events("payment_intent.canceled")) == 1
