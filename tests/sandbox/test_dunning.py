from typing import Any

import pytest
import requests
import stripe

from stripe_sandbox.testing import StripeSandbox
from tests.sandbox.billing import DAY, HOUR, Buyer, at, item_of, latest, make_buyer

START, END = at(2026, 4, 1), at(2026, 5, 1)
TRIED = END + HOUR


@pytest.fixture
def buyer(v1: stripe.V1Services, sandbox: StripeSandbox) -> Buyer:
    return make_buyer(sandbox, v1, START)


@pytest.fixture
def failing(buyer: Buyer) -> str:
    """A subscription whose card fails from its first renewal on."""
    id = buyer.subscribe(buyer.price(1000)).id
    buyer.pays_with("pm_card_chargeCustomerFail")
    return id


def test_a_failed_renewal_is_tried_again_and_recovers(buyer: Buyer, failing: str) -> None:
    buyer.advance(TRIED)
    owing = buyer.subscription(failing)
    assert (owing.status, latest(owing).attempt_count) == ("past_due", 1)
    assert latest(owing).next_payment_attempt == TRIED + 3 * DAY
    assert item_of(owing).current_period_start == END
    buyer.happened()
    buyer.pays_with("pm_card_visa")
    buyer.advance(TRIED + 4 * DAY)
    paid = buyer.subscription(failing)
    assert (paid.status, latest(paid).status, latest(paid).attempt_count) == ("active", "paid", 2)
    assert buyer.happened() == [
        "invoice_payment.paid",
        "invoice.paid",
        "invoice.payment_succeeded",
        "customer.subscription.updated",
    ]


@pytest.mark.parametrize(
    ("action", "status"), [("cancel", "canceled"), ("unpaid", "unpaid"), ("past_due", "past_due")]
)
def test_the_last_failure_decides(buyer: Buyer, failing: str, action: str, status: str) -> None:
    buyer.sandbox.billing(final_action=action, retry_days=[1, 2])
    buyer.advance(TRIED + 10 * DAY)
    end = buyer.subscription(failing)
    assert (end.status, latest(end).attempt_count) == (status, 3)
    assert (latest(end).status, latest(end).next_payment_attempt) == ("open", None)
    if action == "cancel":
        assert end.cancellation_details is not None
        assert end.cancellation_details.reason == "payment_failed"
        assert end.ended_at == TRIED + 3 * DAY


def test_an_unpaid_subscription_drafts_and_comes_back(buyer: Buyer, failing: str) -> None:
    buyer.sandbox.billing(final_action="unpaid", retry_days=[])
    buyer.advance(at(2026, 6, 1) + 2 * HOUR)
    unpaid = buyer.subscription(failing)
    assert (unpaid.status, latest(unpaid).status) == ("unpaid", "draft")
    good = buyer.pays_with("pm_card_visa")
    invoice = latest(unpaid).id
    buyer.v1.invoices.pay(invoice, {"payment_method": good})
    assert buyer.subscription(failing).status == "active"


def test_an_invoice_paid_after_the_end_changes_nothing(buyer: Buyer, failing: str) -> None:
    buyer.sandbox.billing(retry_days=[])
    buyer.advance(TRIED + DAY)
    canceled = buyer.subscription(failing)
    assert canceled.status == "canceled"
    good = buyer.pays_with("pm_card_visa")
    paid = buyer.v1.invoices.pay(latest(canceled).id, {"payment_method": good})
    assert (paid.status, buyer.subscription(failing).status) == ("paid", "canceled")


def test_a_renewal_that_needs_the_buyer(buyer: Buyer, sandbox: StripeSandbox) -> None:
    id = buyer.subscribe(buyer.price(1000)).id
    buyer.pays_with("pm_card_authenticationRequired")
    buyer.advance(TRIED)
    owing = buyer.subscription(id)
    assert owing.status == "past_due"
    assert len(sandbox.events("invoice.payment_action_required")) == 1
    [payment] = buyer.v1.invoice_payments.list({"invoice": latest(owing).id}).data
    intent: Any = payment.payment.payment_intent
    assert buyer.v1.payment_intents.retrieve(intent).status == "requires_action"
    sandbox.authenticate(intent)
    assert buyer.subscription(id).status == "active"


def test_an_old_debt_does_not_hurt_what_was_paid_since(buyer: Buyer, failing: str) -> None:
    buyer.sandbox.billing(final_action="past_due", retry_days=[])
    buyer.advance(TRIED)
    old = latest(buyer.subscription(failing)).id
    buyer.pays_with("pm_card_visa")
    buyer.advance(at(2026, 6, 1) + 2 * HOUR)
    assert buyer.subscription(failing).status == "active"
    bad = buyer.pays_with("pm_card_chargeCustomerFail")
    with pytest.raises(stripe.CardError):
        buyer.v1.invoices.pay(old, {"payment_method": bad})
    assert buyer.subscription(failing).status == "active"


def test_only_stripes_own_tries_are_counted(buyer: Buyer, failing: str) -> None:
    buyer.advance(TRIED)
    invoice = latest(buyer.subscription(failing))
    for _ in range(3):
        with pytest.raises(stripe.CardError):
            buyer.v1.invoices.pay(invoice.id)
    again = buyer.v1.invoices.retrieve(invoice.id)
    assert (again.attempt_count, again.next_payment_attempt) == (1, TRIED + 3 * DAY)
    buyer.advance(TRIED + 3 * DAY)
    assert buyer.v1.invoices.retrieve(invoice.id).attempt_count == 2


def test_a_debit_under_way_is_no_payment_yet(buyer: Buyer, failing: str) -> None:
    buyer.advance(TRIED)
    debit = buyer.v1.payment_methods.create(
        {
            "type": "sepa_debit",
            "sepa_debit": {"iban": "DE89370400440532013000"},
            "billing_details": {"name": "Ada", "email": "ada@example.org"},
        }
    )
    buyer.v1.payment_methods.attach(debit.id, {"customer": buyer.id})
    invoice = latest(buyer.subscription(failing)).id
    buyer.v1.invoices.pay(invoice, {"payment_method": debit.id})
    buyer.advance(TRIED + 4 * DAY)
    owing = buyer.subscription(failing)
    assert (owing.status, latest(owing).status) == ("past_due", "open")
    [payment] = buyer.v1.invoice_payments.list({"invoice": invoice}).data
    buyer.sandbox.settle(str(payment.payment.payment_intent))
    assert buyer.subscription(failing).status == "active"


def test_a_detached_card_pays_no_renewal(buyer: Buyer) -> None:
    method = buyer.pays_with("pm_card_visa")
    id = buyer.subscribe(buyer.price(1000), default_payment_method=method).id
    buyer.v1.payment_methods.detach(method)
    buyer.advance(TRIED)
    assert buyer.subscription(id).status == "past_due"
    assert len(buyer.sandbox.events("invoice.payment_failed")) == 1


def test_voiding_what_is_owed_makes_it_active(buyer: Buyer, failing: str) -> None:
    buyer.advance(TRIED)
    buyer.v1.invoices.void_invoice(latest(buyer.subscription(failing)).id)
    assert buyer.subscription(failing).status == "active"


def test_renewals_without_the_hour_of_a_draft(buyer: Buyer) -> None:
    buyer.sandbox.billing(finalize_after=0)
    id = buyer.subscribe(buyer.price(1000)).id
    buyer.advance(END)
    assert latest(buyer.subscription(id)).status == "paid"


@pytest.mark.parametrize("offset", [-1, 0, 1])
def test_canceling_around_the_renewal(buyer: Buyer, offset: int) -> None:
    id = buyer.subscribe(buyer.price(1000)).id
    buyer.advance(END + offset)
    buyer.v1.subscriptions.update(id, {"cancel_at_period_end": True})
    ends = buyer.subscription(id).cancel_at
    assert ends == (END if offset < 0 else at(2026, 6, 1))
    assert ends is not None
    buyer.advance(ends + 2 * HOUR)
    assert buyer.subscription(id).status == "canceled"
    paid = buyer.v1.invoices.list({"subscription": id, "status": "paid"})
    assert len(paid.data) == (1 if offset < 0 else 2)


def test_time_passes_for_a_customer_without_a_clock(
    sandbox: StripeSandbox, v1: stripe.V1Services
) -> None:
    product = v1.products.create({"name": "Pro"})
    price = v1.prices.create(
        {
            "product": product.id,
            "currency": "eur",
            "unit_amount": 1000,
            "recurring": {"interval": "month"},
        }
    )
    customer = v1.customers.create()
    method = v1.payment_methods.attach("pm_card_visa", {"customer": customer.id})
    subscription = v1.subscriptions.create(
        {
            "customer": customer.id,
            "items": [{"price": price.id}],
            "default_payment_method": method.id,
        }
    )
    sandbox.travel(customer.id, item_of(subscription).current_period_end + 2 * HOUR)
    paid = v1.invoices.list({"subscription": subscription.id, "status": "paid"})
    assert len(paid.data) == 2

    page = f"{sandbox.url}/inspect/customers/{customer.id}/time"
    shown = requests.post(page, data={"days": 366}, timeout=30)
    assert "For this customer it is" in shown.text
    assert len(v1.invoices.list({"subscription": subscription.id, "limit": 100}).data) == 14
    with pytest.raises(requests.HTTPError):
        sandbox.travel(customer.id, START)
