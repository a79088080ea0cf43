import pytest
import stripe
from stripe.params import PaymentIntentCreateParams

from stripe_sandbox.testing import StripeSandbox
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
