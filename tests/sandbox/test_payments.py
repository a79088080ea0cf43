from pathlib import Path
from typing import Any, cast

import pytest
import stripe
from stripe.params import PaymentIntentCreateParams

from stripe_sandbox.settings import Settings
from stripe_sandbox.testing import StripeSandbox
from tests.sandbox.conftest import make_client
from tests.sandbox.receiver import Receiver

PAID_NOW: PaymentIntentCreateParams = {
    "amount": 1200,
    "currency": "eur",
    "confirm": True,
    "payment_method": "pm_card_visa",
    "return_url": "https://shop.test/return",
}


def test_paying_tells_the_whole_story_in_events(
    v1: stripe.V1Services, sandbox: StripeSandbox, receiver: Receiver
) -> None:
    intent = v1.payment_intents.create(
        {**PAID_NOW, "expand": ["latest_charge.balance_transaction"]}
    )

    assert intent.status == "succeeded"
    charge = intent.latest_charge
    assert isinstance(charge, stripe.Charge)
    assert charge.payment_method_details is not None
    assert charge.payment_method_details.card is not None
    assert charge.payment_method_details.card.last4 == "4242"
    assert isinstance(charge.balance_transaction, stripe.BalanceTransaction)
    assert receiver.wait_for(4) == [
        "payment_intent.created",
        "charge.succeeded",
        "payment_intent.succeeded",
        "charge.updated",
    ]


@pytest.mark.parametrize(
    ("method", "code", "decline_code"),
    [
        ("pm_card_chargeDeclined", "card_declined", "generic_decline"),
        ("pm_card_chargeDeclinedInsufficientFunds", "card_declined", "insufficient_funds"),
        ("pm_card_chargeDeclinedExpiredCard", "expired_card", "expired_card"),
        ("pm_card_chargeDeclinedIncorrectCvc", "incorrect_cvc", "incorrect_cvc"),
        ("pm_card_chargeDeclinedProcessingError", "processing_error", "processing_error"),
    ],
)
def test_a_declined_card_leaves_the_intent_open(
    v1: stripe.V1Services, method: str, code: str, decline_code: str
) -> None:
    with pytest.raises(stripe.CardError) as declined:
        v1.payment_intents.create({**PAID_NOW, "payment_method": method})

    assert declined.value.http_status == 402
    assert declined.value.code == code
    assert declined.value.error is not None
    assert declined.value.error.decline_code == decline_code
    [intent] = v1.payment_intents.list().data
    assert intent.status == "requires_payment_method"
    assert intent.payment_method is None
    assert intent.last_payment_error is not None
    assert intent.last_payment_error.decline_code == decline_code


def test_a_wrong_number_is_no_payment_method(v1: stripe.V1Services, sandbox: StripeSandbox) -> None:
    card = {"number": "4242424242424241", "exp_month": 12, "exp_year": 2034, "cvc": "123"}
    with pytest.raises(stripe.CardError) as refused:
        v1.payment_methods.create(cast(Any, {"type": "card", "card": card}))
    assert (refused.value.http_status, refused.value.code) == (402, "incorrect_number")
    assert sandbox.server.box.store.db.execute("SELECT * FROM objects").fetchall() == []


def test_a_card_may_attach_and_fail_later(v1: stripe.V1Services) -> None:
    customer = v1.customers.create()
    method = v1.payment_methods.attach("pm_card_chargeCustomerFail", {"customer": customer.id})
    with pytest.raises(stripe.CardError):
        v1.payment_intents.create(
            {**PAID_NOW, "payment_method": method.id, "customer": customer.id}
        )
    with pytest.raises(stripe.CardError):
        v1.payment_methods.attach("pm_card_chargeDeclined", {"customer": customer.id})


def test_confirming_without_a_return_url_needs_redirects_switched_off(
    v1: stripe.V1Services,
) -> None:
    params: PaymentIntentCreateParams = {
        "amount": 1200,
        "currency": "eur",
        "confirm": True,
        "payment_method": "pm_card_visa",
    }
    with pytest.raises(stripe.InvalidRequestError) as refused:
        v1.payment_intents.create(params)
    assert refused.value.param == "return_url"
    paid = v1.payment_intents.create(
        {**params, "automatic_payment_methods": {"enabled": True, "allow_redirects": "never"}}
    )
    assert paid.status == "succeeded"


@pytest.mark.parametrize(
    ("passes", "status", "events"),
    [
        (True, "succeeded", ["charge.succeeded", "payment_intent.succeeded", "charge.updated"]),
        (False, "requires_payment_method", ["payment_intent.payment_failed"]),
    ],
)
def test_3d_secure(
    v1: stripe.V1Services, sandbox: StripeSandbox, *, passes: bool, status: str, events: list[str]
) -> None:
    intent = v1.payment_intents.create(
        {**PAID_NOW, "payment_method": "pm_card_threeDSecure2Required"}
    )
    assert intent.status == "requires_action"
    assert intent.next_action is not None
    assert intent.next_action.redirect_to_url is not None

    sandbox.authenticate(intent.id, passes=passes)
    after = v1.payment_intents.retrieve(intent.id)
    assert after.status == status
    assert [event["type"] for event in sandbox.events()][::-1] == [
        "payment_intent.created",
        "payment_intent.requires_action",
        *events,
    ]
    if not passes:
        assert after.last_payment_error is not None
        assert after.last_payment_error.code == "payment_intent_authentication_failure"


def test_a_buyer_who_is_away_cannot_authenticate(v1: stripe.V1Services) -> None:
    customer = v1.customers.create()
    method = v1.payment_methods.attach("pm_card_authenticationRequired", {"customer": customer.id})
    with pytest.raises(stripe.CardError) as declined:
        v1.payment_intents.create(
            {
                **PAID_NOW,
                "customer": customer.id,
                "payment_method": method.id,
                "off_session": True,
            }
        )
    assert declined.value.code == "authentication_required"


@pytest.mark.parametrize(
    ("succeeds", "status", "last_event"),
    [
        (True, "succeeded", "payment_intent.succeeded"),
        (False, "requires_payment_method", "payment_intent.payment_failed"),
    ],
)
def test_a_bank_debit_is_processed_first(
    v1: stripe.V1Services, sandbox: StripeSandbox, *, succeeds: bool, status: str, last_event: str
) -> None:
    method = v1.payment_methods.create(
        {"type": "sepa_debit", "sepa_debit": {"iban": "DE89370400440532013000"}}
    )
    intent = v1.payment_intents.create({**PAID_NOW, "payment_method": method.id})
    assert intent.status == "processing"
    with pytest.raises(stripe.InvalidRequestError):
        v1.payment_intents.cancel(intent.id)

    sandbox.settle(intent.id, succeeds=succeeds)
    assert v1.payment_intents.retrieve(intent.id).status == status
    assert last_event in [event["type"] for event in sandbox.events()]


def test_a_bank_debit_settles_by_itself_after_a_while() -> None:
    with StripeSandbox(Settings(settle_after=0.1)) as sandbox:
        v1 = make_client(sandbox).v1
        method = v1.payment_methods.create(
            {"type": "sepa_debit", "sepa_debit": {"iban": "AT861904300235473202"}}
        )
        v1.payment_intents.create({**PAID_NOW, "payment_method": method.id})
        failed = sandbox.wait_for("payment_intent.payment_failed")
        assert failed["data"]["object"]["last_payment_error"]["code"] == "debit_not_authorized"


def test_capture_by_hand(v1: stripe.V1Services) -> None:
    intent = v1.payment_intents.create({**PAID_NOW, "capture_method": "manual"})
    assert (intent.status, intent.amount_capturable) == ("requires_capture", 1200)
    captured = v1.payment_intents.capture(intent.id, {"amount_to_capture": 1000})
    assert (captured.status, captured.amount_received) == ("succeeded", 1000)


def test_a_canceled_intent_cannot_be_confirmed(v1: stripe.V1Services) -> None:
    intent = v1.payment_intents.create({"amount": 1200, "currency": "eur"})
    assert v1.payment_intents.cancel(intent.id).status == "canceled"
    with pytest.raises(stripe.InvalidRequestError) as refused:
        v1.payment_intents.confirm(
            intent.id, {"payment_method": "pm_card_visa", "return_url": "https://shop.test"}
        )
    assert refused.value.code == "payment_intent_unexpected_state"


def test_refunds_stop_at_the_sum_of_the_charge(
    v1: stripe.V1Services, sandbox: StripeSandbox
) -> None:
    intent = v1.payment_intents.create(PAID_NOW)
    v1.refunds.create({"payment_intent": intent.id, "amount": 500})
    with pytest.raises(stripe.InvalidRequestError) as refused:
        v1.refunds.create({"payment_intent": intent.id, "amount": 701})
    assert refused.value.param == "amount"
    v1.refunds.create({"payment_intent": intent.id})
    with pytest.raises(stripe.InvalidRequestError) as refused:
        v1.refunds.create({"payment_intent": intent.id})
    assert refused.value.code == "charge_already_refunded"

    charge = v1.charges.retrieve(str(intent.latest_charge), {"expand": ["refunds"]})
    assert (charge.amount_refunded, charge.refunded) == (1200, True)
    assert charge.refunds is not None
    assert [refund.amount for refund in charge.refunds.data] == [700, 500]
    assert len(sandbox.events("charge.refunded")) == 2


def test_a_refund_may_fail_later_and_gives_the_money_back(
    v1: stripe.V1Services, sandbox: StripeSandbox
) -> None:
    intent = v1.payment_intents.create({**PAID_NOW, "payment_method": "pm_card_refundFail"})
    refund = v1.refunds.create({"payment_intent": intent.id})
    assert refund.status == "succeeded"

    sandbox.fail_refund(refund.id)
    failed = v1.refunds.retrieve(refund.id)
    assert (failed.status, failed.failure_reason) == ("failed", "expired_or_canceled_card")
    assert v1.charges.retrieve(str(intent.latest_charge)).amount_refunded == 0
    kinds = [event["type"] for event in sandbox.events()]
    assert kinds[:3] == ["refund.failed", "charge.refund.updated", "refund.updated"]


def test_a_confirmation_token_serves_one_intent(v1: stripe.V1Services) -> None:
    token = v1.test_helpers.confirmation_tokens.create(
        {"payment_method": "pm_card_visa", "return_url": "https://shop.test/return"}
    )
    first, second = (
        v1.payment_intents.create({"amount": 1200, "currency": "eur"}) for _ in range(2)
    )
    assert (
        v1.payment_intents.confirm(first.id, {"confirmation_token": token.id}).status == "succeeded"
    )
    with pytest.raises(stripe.InvalidRequestError) as refused:
        v1.payment_intents.confirm(second.id, {"confirmation_token": token.id})
    assert refused.value.param == "confirmation_token"


def test_state_outlives_the_process(tmp_path: Path) -> None:
    with StripeSandbox(Settings(data=tmp_path)) as sandbox:
        customer = make_client(sandbox).v1.customers.create({"name": "Ada"})
    with StripeSandbox(Settings(data=tmp_path)) as sandbox:
        assert make_client(sandbox).v1.customers.retrieve(customer.id).name == "Ada"
