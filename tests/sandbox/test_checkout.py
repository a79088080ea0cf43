import time
from typing import Any

import pytest
import requests
import stripe
from stripe.params.checkout import SessionCreateParams

from stripe_sandbox.testing import StripeSandbox

TWO_MUGS: SessionCreateParams = {
    "mode": "payment",
    "ui_mode": "hosted_page",
    "success_url": "https://shop.test/ok?session_id={CHECKOUT_SESSION_ID}",
    "cancel_url": "https://shop.test/cart",
    "client_reference_id": "order-1",
    "payment_intent_data": {"metadata": {"order": "1"}},
    "line_items": [
        {
            "price_data": {
                "currency": "eur",
                "unit_amount": 600,
                "product_data": {"name": "Mug & spoon"},
            },
            "quantity": 2,
        }
    ],
}


@pytest.fixture
def session(v1: stripe.V1Services) -> stripe.checkout.Session:
    return v1.checkout.sessions.create(TWO_MUGS)


def page_of(session: stripe.checkout.Session) -> str:
    return str(session.url)


def test_the_page_shows_what_is_bought(session: stripe.checkout.Session) -> None:
    assert (session.status, session.payment_status) == ("open", "unpaid")
    assert session.payment_intent is None
    page = requests.get(page_of(session), timeout=10)

    for text in ("Mug &amp; spoon", "Pay €12.00", "https://shop.test/cart", "Bank debit"):
        assert text in page.text
    assert "style-src 'self'" in page.headers["Content-Security-Policy"]


def test_paying_completes_the_session(
    session: stripe.checkout.Session, v1: stripe.V1Services, sandbox: StripeSandbox
) -> None:
    answer = sandbox.pay_checkout(page_of(session), email="ada@example.org")

    assert answer.headers["Location"] == f"https://shop.test/ok?session_id={session.id}"
    paid = v1.checkout.sessions.retrieve(session.id, {"expand": ["payment_intent", "line_items"]})
    assert (paid.status, paid.payment_status, paid.url) == ("complete", "paid", None)
    assert isinstance(paid.payment_intent, stripe.PaymentIntent)
    assert paid.payment_intent.metadata.to_dict() == {"order": "1"}
    assert paid.customer_details is not None
    assert paid.customer_details.email == "ada@example.org"
    assert paid.line_items is not None
    assert [(line.quantity, line.amount_total) for line in paid.line_items.data] == [(2, 1200)]
    assert [event["type"] for event in sandbox.events()][:4] == [
        "charge.updated",
        "checkout.session.completed",
        "payment_intent.succeeded",
        "charge.succeeded",
    ]


@pytest.mark.parametrize(
    ("typed", "field", "message"),
    [
        ({"number": "4000000000000002"}, "number", "Your card was declined."),
        ({"number": "4000000000000127"}, "cvc", "security code is incorrect"),
        ({"number": "4242424242424241"}, "number", "Your card number is incorrect."),
        ({"expiry": "12 / 20"}, "expiry", "expiration year is invalid"),
        ({"cvc": ""}, "cvc", "security code is incomplete"),
        ({"email": "nobody"}, "email", "Enter a valid email address."),
    ],
)
def test_a_refusal_is_shown_beside_its_field(
    session: stripe.checkout.Session,
    v1: stripe.V1Services,
    sandbox: StripeSandbox,
    *,
    typed: dict[str, str],
    field: str,
    message: str,
) -> None:
    answer = sandbox.pay_checkout(page_of(session), **typed)

    assert answer.status_code == 422
    error = answer.text.partition(f'id="{field}-error"')[2].partition("</p>")[0]
    assert message in error
    assert v1.checkout.sessions.retrieve(session.id).status == "open"
    assert sandbox.pay_checkout(page_of(session)).status_code == 303


def test_pressing_pay_twice_pays_once(
    session: stripe.checkout.Session, v1: stripe.V1Services, sandbox: StripeSandbox
) -> None:
    answers = [sandbox.pay_checkout(page_of(session)) for _ in range(2)]
    assert {answer.headers["Location"] for answer in answers} == {
        f"https://shop.test/ok?session_id={session.id}"
    }
    assert len(v1.charges.list().data) == 1


@pytest.mark.parametrize(("outcome", "status"), [("complete", "complete"), ("fail", "open")])
def test_3d_secure_comes_back_to_the_page(
    session: stripe.checkout.Session,
    v1: stripe.V1Services,
    sandbox: StripeSandbox,
    outcome: str,
    status: str,
) -> None:
    bank = sandbox.pay_checkout(page_of(session), number="4000002760003184").headers["Location"]
    assert "Complete" in requests.get(bank, timeout=10).text
    answer = requests.post(bank, data={"outcome": outcome}, timeout=10, allow_redirects=False)
    back = requests.get(answer.headers["Location"], timeout=10, allow_redirects=False)

    assert v1.checkout.sessions.retrieve(session.id).status == status
    if outcome == "fail":
        assert "unable to authenticate" in back.text
    else:
        assert back.headers["Location"].startswith("https://shop.test/ok")


@pytest.mark.parametrize(
    ("succeeds", "status", "event"),
    [
        (True, "paid", "checkout.session.async_payment_succeeded"),
        (False, "unpaid", "checkout.session.async_payment_failed"),
    ],
)
def test_a_bank_debit_completes_unpaid(
    session: stripe.checkout.Session,
    v1: stripe.V1Services,
    sandbox: StripeSandbox,
    *,
    succeeds: bool,
    status: str,
    event: str,
) -> None:
    debit = {"method": "sepa_debit", "iban": "DE89 3704 0044 0532 0130 00"}
    assert sandbox.pay_checkout(page_of(session), **debit).status_code == 303
    [completed] = sandbox.events("checkout.session.completed")
    assert completed["data"]["object"]["payment_status"] == "unpaid"

    sandbox.settle(completed["data"]["object"]["payment_intent"], succeeds=succeeds)
    assert v1.checkout.sessions.retrieve(session.id).payment_status == status
    assert len(sandbox.events(event)) == 1


@pytest.mark.parametrize(("percent", "total"), [(50, 600), (100, 0)])
def test_a_promotion_code_is_typed_in(
    v1: stripe.V1Services, sandbox: StripeSandbox, percent: int, total: int
) -> None:
    coupon = v1.coupons.create({"percent_off": percent, "duration": "once"})
    code = v1.promotion_codes.create(
        {"promotion": {"type": "coupon", "coupon": coupon.id}, "code": "SPRING"}
    )
    session = v1.checkout.sessions.create({**TWO_MUGS, "allow_promotion_codes": True})
    sandbox.pay_checkout(page_of(session), number="4000000000000002")
    url = f"{page_of(session)}/promotion"
    wrong = requests.post(url, data={"promotion_code": "winter"}, timeout=10)
    assert (wrong.status_code, "This code is invalid." in wrong.text) == (422, True)
    page = requests.post(url, data={"promotion_code": "spring"}, timeout=10).text
    assert ("Card number" in page) is (total > 0)

    assert sandbox.pay_checkout(page_of(session)).status_code == 303
    paid = v1.checkout.sessions.retrieve(session.id)
    assert (paid.amount_subtotal, paid.amount_total) == (1200, total)
    assert paid.payment_status == ("paid" if total else "no_payment_required")
    charged = [charge.amount for charge in v1.charges.list().data if charge.paid]
    assert charged == ([total] if total else [])
    assert v1.promotion_codes.retrieve(code.id).times_redeemed == 1


def test_a_session_comes_with_a_discount(v1: stripe.V1Services, sandbox: StripeSandbox) -> None:
    coupon = v1.coupons.create({"amount_off": 200, "currency": "eur", "duration": "once"})
    session = v1.checkout.sessions.create({**TWO_MUGS, "discounts": [{"coupon": coupon.id}]})
    assert session.amount_total == 1000
    assert session.total_details is not None
    assert session.total_details.amount_discount == 200
    assert "promotion_code" not in requests.get(page_of(session), timeout=10).text
    sandbox.pay_checkout(page_of(session))
    assert v1.charges.list().data[0].amount == 1000
    assert v1.coupons.retrieve(coupon.id).times_redeemed == 1


def test_an_expired_session_takes_no_payment(
    session: stripe.checkout.Session, v1: stripe.V1Services, sandbox: StripeSandbox
) -> None:
    assert v1.checkout.sessions.expire(session.id).status == "expired"
    assert sandbox.pay_checkout(page_of(session)).status_code == 410
    assert v1.charges.list().data == []
    assert len(sandbox.events("checkout.session.expired")) == 1
    with pytest.raises(stripe.InvalidRequestError):
        v1.checkout.sessions.expire(session.id)


@pytest.mark.parametrize(
    ("change", "param"),
    [
        ({"line_items": []}, "line_items"),
        ({"line_items": [{"price": "price_nothing", "quantity": 1}]}, "line_items[0][price]"),
        ({"expires_at": int(time.time()) + 60}, "expires_at"),
        ({"mode": None}, "mode"),
        ({"success_url": None}, "success_url"),
        ({"ui_mode": "hosted"}, "ui_mode"),
    ],
)
def test_what_checkout_does_not_take(
    v1: stripe.V1Services, change: dict[str, Any], param: str
) -> None:
    params: Any = {key: value for key, value in {**TWO_MUGS, **change}.items() if value is not None}
    with pytest.raises(stripe.InvalidRequestError) as refused:
        v1.checkout.sessions.create(params)
    assert refused.value.param == param
