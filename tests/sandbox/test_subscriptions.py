import pytest
import stripe

from stripe_sandbox.testing import StripeSandbox
from tests.sandbox.billing import DAY, HOUR, Buyer, at, item_of, latest, make_buyer

START = at(2026, 1, 31, 12)


@pytest.fixture
def buyer(v1: stripe.V1Services, sandbox: StripeSandbox) -> Buyer:
    return make_buyer(sandbox, v1, START)


def test_a_subscription_is_paid_and_active(buyer: Buyer) -> None:
    subscription = buyer.subscribe(
        buyer.price(1000), 2, metadata={"plan": "pro"}, expand=["latest_invoice.payments"]
    )
    item, invoice = item_of(subscription), latest(subscription)
    assert (subscription.status, subscription.billing_mode.type) == ("active", "flexible")
    assert (item.current_period_start, item.current_period_end) == (START, at(2026, 2, 28, 12))
    assert (invoice.status, invoice.total, invoice.billing_reason) == (
        "paid",
        2000,
        "subscription_create",
    )
    assert invoice.parent is not None
    details = invoice.parent.subscription_details
    assert details is not None
    assert details.subscription == subscription.id
    assert details.metadata is not None
    assert details.metadata.to_dict() == {"plan": "pro"}
    line = invoice.lines.data[0]
    assert line.parent is not None
    assert line.parent.subscription_item_details is not None
    assert line.parent.subscription_item_details.subscription_item == item.id
    assert buyer.happened() == [
        "customer.subscription.created",
        "invoice.created",
        "invoice.finalized",
        "invoice_payment.paid",
        "invoice.paid",
        "invoice.payment_succeeded",
        "customer.subscription.updated",
    ]
    [update] = buyer.sandbox.events("customer.subscription.updated")
    assert update["data"]["previous_attributes"] == {"status": "incomplete"}


def test_the_browser_pays_what_is_incomplete(buyer: Buyer, v1: stripe.V1Services) -> None:
    subscription = buyer.subscribe(
        buyer.price(1000),
        payment_behavior="default_incomplete",
        payment_settings={"save_default_payment_method": "on_subscription"},
        expand=["latest_invoice.confirmation_secret"],
    )
    assert subscription.status == "incomplete"
    secret = latest(subscription).confirmation_secret
    assert secret is not None
    intent = secret.client_secret.partition("_secret_")[0]
    v1.payment_intents.confirm(
        intent, {"payment_method": "pm_card_visa", "return_url": "https://shop.test"}
    )
    paid = buyer.subscription(subscription.id)
    assert (paid.status, latest(paid).status) == ("active", "paid")
    method = v1.payment_intents.retrieve(intent).payment_method
    assert paid.default_payment_method == method


def test_what_stays_incomplete_expires_after_23_hours(buyer: Buyer) -> None:
    id = buyer.subscribe(buyer.price(1000), payment_behavior="default_incomplete").id
    buyer.advance(START + 22 * HOUR)
    assert buyer.subscription(id).status == "incomplete"
    buyer.happened()
    buyer.advance(START + 24 * HOUR)
    expired = buyer.subscription(id)
    assert (expired.status, expired.ended_at) == ("incomplete_expired", START + 23 * HOUR)
    assert latest(expired).status == "void"
    assert buyer.happened() == ["customer.subscription.updated", "invoice.voided"]
    assert buyer.v1.subscriptions.list().data == []


@pytest.mark.parametrize(
    ("behavior", "status"), [("allow_incomplete", "incomplete"), ("error_if_incomplete", None)]
)
def test_a_refused_card_at_the_start(buyer: Buyer, behavior: str, status: str | None) -> None:
    buyer.pays_with("pm_card_chargeCustomerFail")
    if status:
        assert buyer.subscribe(buyer.price(1000), payment_behavior=behavior).status == status
    else:
        with pytest.raises(stripe.CardError):
            buyer.subscribe(buyer.price(1000), payment_behavior=behavior)
        assert buyer.v1.subscriptions.list({"status": "all"}).data == []


def test_nothing_to_pay_with(v1: stripe.V1Services, sandbox: StripeSandbox) -> None:
    buyer = make_buyer(sandbox, v1, START, card=None)
    with pytest.raises(stripe.InvalidRequestError, match="no attached payment source"):
        buyer.subscribe(buyer.price(1000))


def test_a_renewal_is_a_draft_for_an_hour(buyer: Buyer) -> None:
    id = buyer.subscribe(buyer.price(1000)).id
    buyer.happened()
    end = at(2026, 2, 28, 12)
    buyer.advance(end + 60)
    drafted = buyer.subscription(id)
    assert (latest(drafted).status, latest(drafted).automatically_finalizes_at) == (
        "draft",
        end + HOUR,
    )
    assert buyer.happened() == [
        "invoice.upcoming",
        "invoice.created",
        "customer.subscription.updated",
    ]
    buyer.advance(end + 2 * HOUR)
    renewed = buyer.subscription(id)
    invoice = latest(renewed)
    assert (invoice.status, invoice.billing_reason) == ("paid", "subscription_cycle")
    assert (invoice.period_start, invoice.period_end) == (START, end)
    assert item_of(renewed).current_period_end == at(2026, 3, 31, 12)
    assert buyer.happened() == [
        "invoice.finalized",
        "invoice_payment.paid",
        "invoice.paid",
        "invoice.payment_succeeded",
    ]
    paid = buyer.sandbox.events("invoice.paid")[0]
    assert paid["created"] == end + HOUR


def test_a_trial_costs_nothing_until_it_ends(buyer: Buyer) -> None:
    trial_end = START + 14 * DAY
    subscription = buyer.subscribe(
        buyer.price(1000), trial_period_days=14, expand=["latest_invoice"]
    )
    assert (subscription.status, subscription.trial_end) == ("trialing", trial_end)
    assert (latest(subscription).total, latest(subscription).status) == (0, "paid")
    buyer.advance(trial_end - 2 * DAY)
    [told] = buyer.sandbox.events("customer.subscription.trial_will_end")
    assert told["created"] == trial_end - 3 * DAY
    buyer.advance(trial_end + 2 * HOUR)
    active = buyer.subscription(subscription.id)
    assert (active.status, latest(active).total, latest(active).status) == ("active", 1000, "paid")
    assert active.billing_cycle_anchor == trial_end
    update = buyer.sandbox.events("customer.subscription.updated")[0]
    assert update["data"]["previous_attributes"]["status"] == "trialing"


@pytest.mark.parametrize(
    ("behavior", "status", "event"),
    [
        ("pause", "paused", "customer.subscription.paused"),
        ("cancel", "canceled", "customer.subscription.deleted"),
        ("create_invoice", "past_due", "invoice.payment_failed"),
    ],
)
def test_a_trial_ends_without_a_card(
    v1: stripe.V1Services, sandbox: StripeSandbox, *, behavior: str, status: str, event: str
) -> None:
    buyer = make_buyer(sandbox, v1, START, card=None)
    id = buyer.subscribe(
        buyer.price(1000),
        trial_period_days=7,
        trial_settings={"end_behavior": {"missing_payment_method": behavior}},
    ).id
    buyer.advance(START + 7 * DAY + 2 * HOUR)
    assert buyer.subscription(id).status == status
    assert len(sandbox.events(event)) == 1
    if behavior == "pause":
        buyer.pays_with("pm_card_visa")
        resumed = v1.subscriptions.resume(id, {"expand": ["latest_invoice"]})
        assert (resumed.status, latest(resumed).status) == ("active", "paid")
        assert len(sandbox.events("customer.subscription.resumed")) == 1


def test_canceling_at_the_end_of_the_period(buyer: Buyer) -> None:
    id = buyer.subscribe(buyer.price(1000)).id
    end = at(2026, 2, 28, 12)
    changed = buyer.v1.subscriptions.update(id, {"cancel_at_period_end": True})
    assert (changed.cancel_at_period_end, changed.cancel_at) == (True, end)
    kept = buyer.v1.subscriptions.update(id, {"cancel_at_period_end": False})
    assert (kept.cancel_at_period_end, kept.cancel_at, kept.canceled_at) == (False, None, None)

    by_time = buyer.v1.subscriptions.update(id, {"cancel_at": "min_period_end"})
    assert (by_time.cancel_at_period_end, by_time.cancel_at) == (False, end)
    buyer.happened()
    buyer.advance(end + 2 * HOUR)
    ended = buyer.subscription(id)
    assert (ended.status, ended.ended_at) == ("canceled", end)
    assert buyer.happened() == ["customer.subscription.deleted"]
    assert len(buyer.v1.invoices.list({"subscription": id}).data) == 1


def test_canceling_at_once_with_credit(buyer: Buyer) -> None:
    id = buyer.subscribe(buyer.price(2800)).id
    buyer.advance(START + 14 * DAY)
    canceled = buyer.v1.subscriptions.cancel(
        id,
        {
            "prorate": True,
            "invoice_now": True,
            "cancellation_details": {"feedback": "too_expensive"},
        },
    )
    assert (canceled.status, canceled.ended_at) == ("canceled", START + 14 * DAY)
    assert canceled.cancellation_details is not None
    assert canceled.cancellation_details.reason == "cancellation_requested"
    assert canceled.cancellation_details.feedback == "too_expensive"
    assert buyer.v1.customers.retrieve(buyer.id).balance == -1400
    with pytest.raises(stripe.InvalidRequestError) as missing:
        buyer.v1.subscriptions.cancel(id)
    assert missing.value.code == "resource_missing"
    buyer.advance(START + 60 * DAY)
    assert buyer.subscription(id).status == "canceled"


def test_lists_leave_out_what_has_ended(buyer: Buyer) -> None:
    price, other = buyer.price(1000), buyer.price(2000)
    kept, ended = buyer.subscribe(price), buyer.subscribe(other)
    buyer.v1.subscriptions.cancel(ended.id)
    lists = buyer.v1.subscriptions.list
    assert [found.id for found in lists({"customer": buyer.id}).data] == [kept.id]
    assert [found.id for found in lists({"status": "ended"}).data] == [ended.id]
    assert len(lists({"status": "all"}).data) == 2
    assert [found.id for found in lists({"status": "all", "price": other}).data] == [ended.id]


def test_a_sent_invoice_makes_its_subscription_active_at_once(buyer: Buyer) -> None:
    subscription = buyer.subscribe(
        buyer.price(1000), collection_method="send_invoice", days_until_due=5
    )
    assert subscription.status == "active"
    buyer.advance(START + 2 * HOUR)
    invoice = latest(buyer.subscription(subscription.id))
    assert (invoice.status, invoice.due_date) == ("open", START + 5 * DAY)
    assert len(buyer.sandbox.events("invoice.sent")) == 1
    buyer.advance(START + 6 * DAY)
    assert buyer.subscription(subscription.id).status == "past_due"
    buyer.v1.invoices.pay(invoice.id)
    assert buyer.subscription(subscription.id).status == "active"


def test_a_deleted_customer_takes_their_subscriptions(buyer: Buyer) -> None:
    id = buyer.subscribe(buyer.price(1000)).id
    buyer.v1.customers.delete(buyer.id)
    assert buyer.subscription(id).status == "canceled"
    assert len(buyer.sandbox.events("customer.subscription.deleted")) == 1


def test_a_deleted_clock_takes_its_subscriptions(buyer: Buyer, v1: stripe.V1Services) -> None:
    id = buyer.subscribe(buyer.price(1000)).id
    v1.test_helpers.test_clocks.delete(buyer.clock)
    with pytest.raises(stripe.InvalidRequestError):
        v1.subscriptions.retrieve(id)
