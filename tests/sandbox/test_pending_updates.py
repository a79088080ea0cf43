from typing import Any

import pytest
import stripe

from stripe_sandbox.testing import StripeSandbox
from tests.sandbox.billing import DAY, HOUR, Buyer, at, change, item_of, latest, make_buyer

START, HALF, END = at(2026, 4, 1), at(2026, 4, 16), at(2026, 5, 1)
WHEN_PAID: Any = {
    "payment_behavior": "pending_if_incomplete",
    "proration_behavior": "always_invoice",
}


@pytest.fixture
def buyer(v1: stripe.V1Services, sandbox: StripeSandbox) -> Buyer:
    return make_buyer(sandbox, v1, START)


@pytest.fixture
def subscription(buyer: Buyer) -> stripe.Subscription:
    subscription = buyer.subscribe(buyer.price(1000))
    buyer.advance(HALF)
    return subscription


def price_of(buyer: Buyer, subscription: stripe.Subscription) -> int | None:
    return item_of(buyer.subscription(subscription.id)).price.unit_amount


def test_what_is_paid_at_once_counts_at_once(
    buyer: Buyer, subscription: stripe.Subscription
) -> None:
    changed = change(buyer, subscription, price=buyer.price(3000), **WHEN_PAID)
    assert (changed.pending_update, changed.status) == (None, "active")
    assert (latest(changed).total, latest(changed).status) == (1000, "paid")
    assert price_of(buyer, subscription) == 3000


def test_an_upgrade_waits_for_the_bank(buyer: Buyer, subscription: stripe.Subscription) -> None:
    buyer.pays_with("pm_card_authenticationRequired")
    changed = change(buyer, subscription, price=buyer.price(3000), **WHEN_PAID)
    assert changed.pending_update is not None
    assert changed.pending_update.expires_at == HALF + 23 * HOUR
    [wanted] = changed.pending_update.subscription_items or []
    assert wanted.price.unit_amount == 3000
    assert (changed.status, latest(changed).status) == ("active", "open")
    assert price_of(buyer, subscription) == 1000

    [payment] = buyer.v1.invoice_payments.list({"invoice": latest(changed).id}).data
    buyer.sandbox.authenticate(str(payment.payment.payment_intent))
    assert price_of(buyer, subscription) == 3000
    assert buyer.subscription(subscription.id).pending_update is None
    assert len(buyer.sandbox.events("customer.subscription.pending_update_applied")) == 1
    back = change(buyer, subscription, price=buyer.price(1000), proration_behavior="always_invoice")
    assert [line.amount for line in latest(back).lines.data] == [-1500, 500]


@pytest.mark.parametrize("by", ["time", "void", "another change"])
def test_an_upgrade_that_is_never_paid(
    buyer: Buyer, subscription: stripe.Subscription, by: str
) -> None:
    buyer.pays_with("pm_card_chargeCustomerFail")
    changed = change(buyer, subscription, price=buyer.price(3000), **WHEN_PAID)
    unpaid = latest(changed).id
    if by == "time":
        buyer.advance(HALF + DAY)
    elif by == "void":
        buyer.v1.invoices.void_invoice(unpaid)
    else:
        buyer.pays_with("pm_card_visa")
        change(buyer, subscription, price=buyer.price(5000), **WHEN_PAID)
    after = buyer.subscription(subscription.id)
    assert (after.pending_update, after.status) == (None, "active")
    assert buyer.v1.invoices.retrieve(unpaid).status == "void"
    assert price_of(buyer, subscription) == (5000 if by == "another change" else 1000)
    assert len(buyer.sandbox.events("customer.subscription.pending_update_expired")) == 1
    if by == "another change":
        assert latest(after).total == 2000
    else:
        buyer.pays_with("pm_card_visa")
        buyer.advance(END + 2 * HOUR)
        assert latest(buyer.subscription(subscription.id)).total == 1000


def test_only_what_costs_money_can_wait(buyer: Buyer, subscription: stripe.Subscription) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        change(buyer, subscription, metadata={"a": "1"}, **WHEN_PAID)
    assert refused.value.param == "metadata"
