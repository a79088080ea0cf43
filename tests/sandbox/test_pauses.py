from typing import Any

import pytest
import stripe

from stripe_sandbox.testing import StripeSandbox
from tests.sandbox.billing import DAY, HOUR, Buyer, at, change, latest, make_buyer

START, HALF, END = at(2026, 4, 1), at(2026, 4, 16), at(2026, 5, 1)


@pytest.fixture
def buyer(v1: stripe.V1Services, sandbox: StripeSandbox) -> Buyer:
    return make_buyer(sandbox, v1, START)


@pytest.mark.parametrize(
    ("behavior", "status"),
    [("void", "void"), ("mark_uncollectible", "uncollectible"), ("keep_as_draft", "draft")],
)
def test_collection_is_paused(buyer: Buyer, behavior: str, status: str) -> None:
    subscription = buyer.subscribe(buyer.price(1000))
    change(buyer, subscription, pause_collection={"behavior": behavior, "resumes_at": END + DAY})
    buyer.advance(END + 2 * HOUR)
    paused = buyer.subscription(subscription.id)
    assert (paused.status, latest(paused).status) == ("active", status)
    buyer.advance(at(2026, 6, 1) + 2 * HOUR)
    again = buyer.subscription(subscription.id)
    assert (again.pause_collection, latest(again).status) == (None, "paid")


@pytest.mark.parametrize(("since", "credit"), [("now", [-500]), ("none", [])])
def test_a_pause_credits_what_was_not_used(buyer: Buyer, since: Any, credit: list[int]) -> None:
    subscription = buyer.subscribe(buyer.price(1000))
    buyer.advance(HALF)
    paused = buyer.v1.subscriptions.pause(
        subscription.id, {"bill_for": {"unused_time_from": {"type": since}}}
    )
    assert paused.status == "paused"
    pending = buyer.v1.invoice_items.list({"pending": True}).data
    assert [item.amount for item in pending] == credit
    buyer.advance(END + DAY)
    assert len(buyer.v1.invoices.list({"subscription": subscription.id}).data) == 1

    resumed = buyer.v1.subscriptions.resume(subscription.id, {"expand": ["latest_invoice"]})
    assert (resumed.status, latest(resumed).total) == ("active", 1000 + sum(credit))
    assert resumed.billing_cycle_anchor == END + DAY
    kinds = ("customer.subscription.paused", "customer.subscription.resumed")
    assert [len(buyer.sandbox.events(kind)) for kind in kinds] == [1, 1]


def test_what_is_resumed_waits_23_hours_for_its_payment(buyer: Buyer) -> None:
    subscription = buyer.subscribe(buyer.price(1000))
    buyer.v1.subscriptions.pause(
        subscription.id, {"bill_for": {"unused_time_from": {"type": "none"}}}
    )
    buyer.pays_with("pm_card_chargeCustomerFail")
    waiting = buyer.v1.subscriptions.resume(
        subscription.id,
        {"payment_behavior": "resume_on_payment_success", "expand": ["latest_invoice"]},
    )
    assert waiting.status == "paused"
    buyer.advance(START + DAY)
    assert buyer.v1.invoices.retrieve(latest(waiting).id).status == "void"
    assert buyer.subscription(subscription.id).status == "paused"
    buyer.pays_with("pm_card_visa")
    again = buyer.v1.subscriptions.resume(
        subscription.id, {"payment_behavior": "resume_on_payment_success"}
    )
    assert buyer.subscription(again.id).status == "active"
