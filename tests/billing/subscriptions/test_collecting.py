"""What was not collected, and the card that comes after the one that failed."""

import html

import pytest

from shop.billing.gateway import Declined
from shop.billing.subscriptions import collecting
from shop.billing.subscriptions.models import SubscriptionStatus
from shop.billing.tasks import sweep
from shop.db import commit
from tests.billing.subscriptions.subscriber import BAD_LATER, Subscriber, make_plan
from tests.billing.subscriptions.test_letters import letters, text_of
from tests.browser import Browser

ACTIVE, PAST_DUE = SubscriptionStatus.ACTIVE, SubscriptionStatus.PAST_DUE
PAGE = "/account/subscriptions"
GOOD = "pm_card_mastercard"
ASKING = "pm_card_authenticationRequired"
"""Its bank wants to see the owner at every payment."""


@pytest.fixture
def ada(client: Browser, subscriber: Subscriber) -> Subscriber:
    """Signed in, and her first payment has failed."""
    client.sign_in(subscriber.user.email, "correct horse battery")
    subscriber.subscribe(make_plan(trial_days=3), card=BAD_LATER)
    assert subscriber.advance(days=4).status is PAST_DUE
    return subscriber


def take_card(ada: Subscriber, method: str) -> None:
    """As in the portal: it is the customer's from now on."""
    customer = ada.customer
    commit()
    made = ada.sandbox._ask("POST", f"/payment_methods/{method}/attach", customer=customer)
    settings = {"invoice_settings[default_payment_method]": str(made["id"])}
    ada.sandbox._ask("POST", f"/customers/{customer}", **settings)
    stripe_id = ada.subscription.stripe_subscription_id
    commit()
    settings = {"default_payment_method": str(made["id"])}
    ada.sandbox._ask("POST", f"/subscriptions/{stripe_id}", **settings)


def read(client: Browser, ada: Subscriber) -> str:
    page = client.get(f"{PAGE}/{ada.token}").text
    return " ".join(html.unescape(page.partition("<main")[2]).split())


def tries(ada: Subscriber) -> int:
    return sum(event["type"] == "invoice.payment_failed" for event in ada.sandbox.events())


def test_a_new_card_is_charged_at_once_and_its_owner_told(client: Browser, ada: Subscriber) -> None:
    assert "The payment failed." in read(client, ada)
    take_card(ada, GOOD)
    ada.listen()
    assert (ada.subscription.status, ada.subscription.failed_card) == (ACTIVE, None)
    assert letters() == ["welcome", "trial_ends", "payment_failed", "repaired"]
    assert "everything works" in text_of("repaired")
    assert "Mastercard ending in 4444" in read(client, ada)


def test_the_card_that_failed_is_not_charged_again_by_us(ada: Subscriber) -> None:
    before = tries(ada)
    assert not sweep()
    assert collecting.due() == []
    assert tries(ada) == before


def test_a_new_card_that_fails_too_is_charged_once(client: Browser, ada: Subscriber) -> None:
    before = tries(ada)
    take_card(ada, ASKING)
    ada.listen()
    assert not sweep()
    assert ada.subscription.status is PAST_DUE
    assert tries(ada) == before + 1
    assert "The payment failed." in read(client, ada)


def test_the_same_card_can_be_tried_again_by_its_owner(client: Browser, ada: Subscriber) -> None:
    before = tries(ada)
    for number in (1, 2):  # each press is a new try
        answer = client.post(f"{PAGE}/{ada.token}/collect")
        assert answer.location == f"{PAGE}/{ada.token}"
        assert tries(ada) == before + number
        assert "Your card was declined. Change the card" in client.get(answer.location).text


def test_who_owes_nothing_is_charged_nothing(client: Browser, ada: Subscriber) -> None:
    take_card(ada, GOOD)
    ada.listen()
    paid = sum(event["type"] == "invoice.paid" for event in ada.sandbox.events())
    answer = client.post(f"{PAGE}/{ada.token}/collect")
    assert "everything works" in client.get(answer.location).text
    assert sum(event["type"] == "invoice.paid" for event in ada.sandbox.events()) == paid


def test_a_decline_is_told_to_who_asked(ada: Subscriber) -> None:
    subscription_id = ada.subscription.id
    with pytest.raises(Declined):
        collecting.collect(subscription_id)
    assert ada.subscription.failed_card == ada.subscription.card_fingerprint
