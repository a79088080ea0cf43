from typing import Any

import pytest
import stripe

from stripe_sandbox.testing import StripeSandbox
from tests.sandbox.billing import DAY, HOUR, Buyer, at, change, item_of, latest, make_buyer

START, HALF, END = at(2026, 4, 1), at(2026, 4, 16), at(2026, 5, 1)


@pytest.fixture
def buyer(v1: stripe.V1Services, sandbox: StripeSandbox) -> Buyer:
    return make_buyer(sandbox, v1, START)


def lines(invoice: stripe.Invoice) -> list[tuple[int, bool]]:
    """Amounts, and whether they are prorations."""
    found = []
    for line in invoice.lines.data:
        assert line.parent is not None
        assert line.parent.subscription_item_details is not None
        found.append((line.amount, line.parent.subscription_item_details.proration))
    return found


def test_an_upgrade_is_invoiced_at_once(buyer: Buyer) -> None:
    subscription = buyer.subscribe(buyer.price(1000))
    first = subscription.latest_invoice
    buyer.advance(HALF)
    changed = change(
        buyer, subscription, price=buyer.price(3000), proration_behavior="always_invoice"
    )
    invoice = latest(changed)
    assert lines(invoice) == [(-500, True), (1500, True)]
    assert (invoice.total, invoice.status) == (1000, "paid")
    assert invoice.billing_reason == "subscription_update"
    credit: Any = invoice.lines.data[0].parent
    credited = credit.subscription_item_details.proration_details.credited_items
    assert credited.invoice == first
    assert item_of(changed).current_period_end == END
    update = buyer.sandbox.events("customer.subscription.updated")[0]
    [old] = update["data"]["previous_attributes"]["items"]["data"]
    assert old["price"]["unit_amount"] == 1000


def test_prorations_wait_for_the_renewal(buyer: Buyer) -> None:
    subscription = buyer.subscribe(buyer.price(1000), 2)
    buyer.advance(HALF)
    changed = change(buyer, subscription, quantity=5)
    assert changed.latest_invoice.id == subscription.latest_invoice  # type: ignore[union-attr]
    pending = buyer.v1.invoice_items.list({"pending": True}).data
    assert [(item.amount, item.proration) for item in pending] == [(2500, True), (-1000, True)]
    buyer.advance(END + 2 * HOUR)
    invoice = latest(buyer.subscription(subscription.id))
    assert lines(invoice) == [(-1000, True), (2500, True), (5000, False)]
    assert (invoice.total, invoice.status) == (6500, "paid")


def test_no_proration_and_so_nothing_to_credit_later(buyer: Buyer) -> None:
    subscription = buyer.subscribe(buyer.price(1000))
    buyer.advance(HALF)
    change(buyer, subscription, price=buyer.price(5000), proration_behavior="none")
    back = change(buyer, subscription, price=buyer.price(1000), proration_behavior="always_invoice")
    # only 500 was ever paid for the rest of the period, so only that comes back
    assert lines(latest(back)) == [(-500, True), (500, True)]


def test_a_downgrade_leaves_credit_for_the_next_invoice(buyer: Buyer) -> None:
    subscription = buyer.subscribe(buyer.price(3000))
    buyer.advance(HALF)
    cheap = buyer.price(1000)
    change(buyer, subscription, price=cheap, proration_behavior="always_invoice")
    assert buyer.v1.customers.retrieve(buyer.id).balance == -1000
    buyer.advance(END + 2 * HOUR)
    renewed = latest(buyer.subscription(subscription.id))
    assert (renewed.total, renewed.amount_due, renewed.status) == (1000, 0, "paid")
    assert buyer.v1.customers.retrieve(buyer.id).balance == 0


def test_another_price_resets_the_quantity(buyer: Buyer) -> None:
    subscription = buyer.subscribe(buyer.price(1000), 5)
    changed = change(buyer, subscription, price=buyer.price(2000))
    assert item_of(changed).quantity == 1
    assert item_of(change(buyer, subscription, quantity=3)).quantity == 3


def test_another_interval_starts_a_new_cycle(buyer: Buyer) -> None:
    subscription = buyer.subscribe(buyer.price(1000))
    buyer.advance(HALF)
    changed = change(buyer, subscription, price=buyer.price(10000, "year"))
    assert changed.billing_cycle_anchor == HALF
    assert item_of(changed).current_period_end == at(2027, 4, 16)
    assert lines(latest(changed)) == [(-500, True), (10000, False)]
    assert latest(changed).status == "paid"


def test_the_cycle_is_reset_by_wish(buyer: Buyer) -> None:
    subscription = buyer.subscribe(buyer.price(1000))
    buyer.advance(HALF)
    changed = change(
        buyer, subscription, billing_cycle_anchor={"type": "now"}, proration_behavior="none"
    )
    assert item_of(changed).current_period_start == HALF
    assert lines(latest(changed)) == [(1000, False)]
    with pytest.raises(stripe.InvalidRequestError) as refused:
        change(buyer, subscription, billing_cycle_anchor="now")
    assert refused.value.param == "billing_cycle_anchor"


def test_a_trial_is_extended_and_ended(buyer: Buyer) -> None:
    subscription = buyer.subscribe(buyer.price(1000), trial_period_days=7)
    longer = change(buyer, subscription, trial_end=START + 20 * DAY)
    assert item_of(longer).current_period_end == START + 20 * DAY
    buyer.advance(START + 10 * DAY)
    assert buyer.subscription(subscription.id).status == "trialing"
    ended = change(buyer, subscription, trial_end="now")
    assert (ended.status, latest(ended).total, latest(ended).status) == ("active", 1000, "paid")
    assert ended.billing_cycle_anchor == START + 10 * DAY


def test_a_paid_subscription_goes_on_trial(buyer: Buyer) -> None:
    subscription = buyer.subscribe(buyer.price(1000))
    buyer.advance(HALF)
    trial = change(buyer, subscription, trial_end=END + 9 * DAY)
    assert (trial.status, trial.trial_start) == ("trialing", HALF)
    assert item_of(trial).current_period_start == HALF
    buyer.advance(END + 9 * DAY + 2 * HOUR)
    invoice = latest(buyer.subscription(subscription.id))
    assert lines(invoice) == [(-500, True), (1000, False)]


def test_canceling_at_period_end_follows_the_period(buyer: Buyer) -> None:
    subscription = buyer.subscribe(buyer.price(1000))
    change(buyer, subscription, cancel_at_period_end=True)
    buyer.advance(HALF)
    changed = change(buyer, subscription, billing_cycle_anchor={"type": "now"})
    assert changed.cancel_at == item_of(changed).current_period_end == at(2026, 5, 16)


def test_a_change_during_a_trial_is_free(buyer: Buyer) -> None:
    subscription = buyer.subscribe(buyer.price(1000), trial_period_days=7)
    buyer.advance(START + 2 * DAY)
    changed = change(
        buyer, subscription, price=buyer.price(5000), proration_behavior="always_invoice"
    )
    assert changed.latest_invoice.id == subscription.latest_invoice  # type: ignore[union-attr]
    buyer.advance(START + 7 * DAY + 2 * HOUR)
    assert latest(buyer.subscription(subscription.id)).total == 5000


@pytest.mark.parametrize(
    ("behavior", "status"), [("allow_incomplete", "past_due"), ("error_if_incomplete", "active")]
)
def test_an_upgrade_that_cannot_be_paid(buyer: Buyer, behavior: str, status: str) -> None:
    subscription = buyer.subscribe(buyer.price(1000))
    buyer.advance(HALF)
    buyer.pays_with("pm_card_chargeCustomerFail")
    upgrade: Any = {
        "price": buyer.price(3000),
        "proration_behavior": "always_invoice",
        "payment_behavior": behavior,
    }
    if behavior == "error_if_incomplete":
        with pytest.raises(stripe.CardError):
            change(buyer, subscription, **upgrade)
        assert item_of(buyer.subscription(subscription.id)).price.unit_amount == 1000
    else:
        change(buyer, subscription, **upgrade)
    assert buyer.subscription(subscription.id).status == status


def test_items_come_and_go(buyer: Buyer) -> None:
    subscription = buyer.subscribe(buyer.price(1000))
    buyer.advance(HALF)
    seats = buyer.v1.subscription_items.create(
        {"subscription": subscription.id, "price": buyer.price(600), "quantity": 3}
    )
    assert (seats.current_period_start, seats.current_period_end) == (HALF, END)
    fewer = buyer.v1.subscription_items.update(seats.id, {"quantity": 1})
    assert fewer.quantity == 1
    assert buyer.v1.subscription_items.retrieve(seats.id).quantity == 1
    listed = buyer.v1.subscription_items.list({"subscription": subscription.id})
    assert len(listed.data) == 2
    assert buyer.v1.subscription_items.delete(seats.id).deleted is True
    pending = [item.amount for item in buyer.v1.invoice_items.list({"pending": True}).data]
    assert pending == [-300, 300, -900, 900]
    with pytest.raises(stripe.InvalidRequestError, match="at least one"):
        change(buyer, subscription, deleted=True)


def test_a_preview_is_what_then_happens(buyer: Buyer) -> None:
    subscription = buyer.subscribe(buyer.price(1000))
    buyer.advance(HALF)
    items: Any = [{"id": item_of(subscription).id, "price": buyer.price(3000)}]
    before = len(buyer.sandbox.events())
    previews = [
        buyer.v1.invoices.create_preview(
            {
                "subscription": subscription.id,
                "subscription_details": {"items": items, "proration_behavior": behavior},
            }
        )
        for behavior in ("always_invoice", "create_prorations", "none")
    ]
    assert [lines(preview) for preview in previews] == [
        [(-500, True), (1500, True)],
        [(-500, True), (1500, True), (3000, False)],
        [(3000, False)],
    ]
    assert previews[0].id.startswith("upcoming_in_")
    assert len(buyer.sandbox.events()) == before
    assert item_of(buyer.subscription(subscription.id)).price.unit_amount == 1000
    change(buyer, subscription, price=items[0]["price"], proration_behavior="always_invoice")
    assert latest(buyer.subscription(subscription.id)).total == previews[0].total


def test_previews_without_and_at_the_end_of_a_subscription(buyer: Buyer) -> None:
    price = buyer.price(1000)
    new = buyer.v1.invoices.create_preview(
        {
            "customer": buyer.id,
            "subscription_details": {"items": [{"price": price, "quantity": 3}]},
        }
    )
    assert (new.total, buyer.v1.subscriptions.list().data) == (3000, [])
    subscription = buyer.subscribe(price)
    change(buyer, subscription, cancel_at_period_end=True)
    with pytest.raises(stripe.InvalidRequestError) as nothing:
        buyer.v1.invoices.create_preview({"subscription": subscription.id})
    assert nothing.value.code == "invoice_upcoming_none"


def test_a_coupon_for_once_and_one_for_ever(buyer: Buyer, v1: stripe.V1Services) -> None:
    once = v1.coupons.create({"percent_off": 50, "duration": "once"})
    ever = v1.coupons.create({"amount_off": 100, "currency": "eur", "duration": "forever"})
    subscription = buyer.subscribe(
        buyer.price(1000),
        discounts=[{"coupon": once.id}, {"coupon": ever.id}],
        expand=["latest_invoice"],
    )
    assert latest(subscription).total == 400
    assert [off.amount for off in latest(subscription).total_discount_amounts or []] == [500, 100]
    buyer.advance(END + 2 * HOUR)
    renewed = buyer.subscription(subscription.id)
    assert (latest(renewed).total, len(renewed.discounts)) == (900, 1)


def test_pending_prorations_go_with_the_subscription(buyer: Buyer) -> None:
    subscription = buyer.subscribe(buyer.price(1000))
    buyer.advance(HALF)
    change(buyer, subscription, quantity=4)
    assert len(buyer.v1.invoice_items.list({"pending": True}).data) == 2
    buyer.v1.subscriptions.cancel(subscription.id)
    assert buyer.v1.invoice_items.list({"pending": True}).data == []


def test_pending_prorations_are_billed_at_the_end(buyer: Buyer) -> None:
    subscription = buyer.subscribe(buyer.price(1000))
    buyer.advance(HALF)
    change(buyer, subscription, quantity=4)
    buyer.v1.subscriptions.cancel(subscription.id, {"invoice_now": True})
    final = latest(buyer.subscription(subscription.id))
    assert ([line.amount for line in final.lines.data], final.status) == ([-500, 2000], "paid")


def test_a_trial_does_not_use_up_a_coupon(buyer: Buyer, v1: stripe.V1Services) -> None:
    once = v1.coupons.create({"percent_off": 50, "duration": "once"})
    discounts = [{"coupon": once.id}]
    subscription = buyer.subscribe(buyer.price(1000), trial_period_days=7, discounts=discounts)
    assert len(subscription.discounts) == 1
    buyer.advance(START + 7 * DAY + 2 * HOUR)
    paid = buyer.subscription(subscription.id)
    assert (latest(paid).total, paid.discounts) == (500, [])


def test_a_parameter_inside_an_item_is_not_ignored(buyer: Buyer) -> None:
    items: Any = [{"price": buyer.price(1000), "tax_rates": ["txr_1"]}]
    with pytest.raises(stripe.APIError) as unbuilt:
        buyer.v1.subscriptions.create({"customer": buyer.id, "items": items})
    assert unbuilt.value.http_status == 501


def test_a_subscription_that_has_ended_is_not_changed(buyer: Buyer) -> None:
    subscription = buyer.subscribe(buyer.price(1000))
    buyer.v1.subscriptions.cancel(subscription.id)
    with pytest.raises(stripe.InvalidRequestError, match="canceled subscription"):
        change(buyer, subscription, quantity=2)
