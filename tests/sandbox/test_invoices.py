from typing import Any

import pytest
import stripe

from stripe_sandbox.testing import StripeSandbox

HOUR, DAY = 3600, 24 * 3600
NEW_YEAR = 1_767_225_600


@pytest.fixture
def customer(v1: stripe.V1Services) -> stripe.Customer:
    """Pays with a good card."""
    return payer(v1)


def payer(v1: stripe.V1Services, card: str = "pm_card_visa", **params: Any) -> stripe.Customer:
    given: Any = {"email": "ada@example.org", **params}
    customer = v1.customers.create(given)
    method = v1.payment_methods.attach(card, {"customer": customer.id})
    return v1.customers.update(
        customer.id, {"invoice_settings": {"default_payment_method": method.id}}
    )


def invoice_of(
    v1: stripe.V1Services, customer: str, amount: int = 1200, **params: Any
) -> stripe.Invoice:
    """A draft with one line."""
    given: Any = {"customer": customer, "currency": "eur", **params}
    invoice = v1.invoices.create(given)
    v1.invoice_items.create(
        {"customer": customer, "invoice": invoice.id, "amount": amount, "currency": "eur"}
    )
    return v1.invoices.retrieve(invoice.id)


def types(sandbox: StripeSandbox) -> list[str]:
    """All events, oldest first, without those of the customer and the card."""
    hidden = ("customer.", "payment_method.", "test_helpers.", "product.", "price.", "charge.upd")
    found = [event["type"] for event in sandbox.events()][::-1]
    return [kind for kind in found if not kind.startswith(hidden) or "subscription" in kind]


def test_a_draft_is_finalized_and_paid(
    v1: stripe.V1Services, sandbox: StripeSandbox, customer: stripe.Customer
) -> None:
    draft = invoice_of(v1, customer.id)
    assert (draft.status, draft.number, draft.amount_due) == ("draft", None, 1200)
    opened = v1.invoices.finalize_invoice(draft.id, {"expand": ["confirmation_secret"]})
    assert opened.status == "open"
    assert opened.number == f"{customer.invoice_prefix}-0001"
    assert opened.confirmation_secret is not None
    assert opened.hosted_invoice_url == f"{sandbox.url}/i/{draft.id}"
    assert opened.invoice_pdf == f"{sandbox.url}/i/{draft.id}/pdf"

    paid = v1.invoices.pay(draft.id, {"expand": ["payments.data.payment.payment_intent"]})
    assert (paid.status, paid.amount_paid, paid.amount_remaining) == ("paid", 1200, 0)
    assert paid.payments is not None
    intent: Any = paid.payments.data[0].payment.payment_intent
    assert (intent.status, intent.amount) == ("succeeded", 1200)
    by_intent = v1.invoice_payments.list(
        {"payment": {"type": "payment_intent", "payment_intent": intent.id}}
    )
    assert [(found.invoice, found.status) for found in by_intent.data] == [(draft.id, "paid")]
    assert types(sandbox) == [
        "invoice.created",
        "invoiceitem.created",
        "invoice.updated",
        "invoice.finalized",
        "payment_intent.created",
        "charge.succeeded",
        "payment_intent.succeeded",
        "invoice_payment.paid",
        "invoice.paid",
        "invoice.payment_succeeded",
    ]


def test_numbers_have_no_gaps(v1: stripe.V1Services, customer: stripe.Customer) -> None:
    drafts = [invoice_of(v1, customer.id) for _ in range(4)]
    v1.invoices.delete(drafts[1].id)
    numbers = [v1.invoices.finalize_invoice(drafts[n].id).number for n in (3, 0, 2)]
    assert numbers == [f"{customer.invoice_prefix}-000{n}" for n in (1, 2, 3)]


def test_a_refused_card_leaves_the_invoice_open(
    v1: stripe.V1Services, sandbox: StripeSandbox
) -> None:
    customer = payer(v1, "pm_card_chargeCustomerFail")
    draft = invoice_of(v1, customer.id)
    with pytest.raises(stripe.CardError) as declined:
        v1.invoices.pay(draft.id)
    assert declined.value.code == "card_declined"
    invoice = v1.invoices.retrieve(draft.id)
    assert (invoice.status, invoice.attempt_count, invoice.attempted) == ("open", 1, True)
    assert types(sandbox)[-3:] == [
        "charge.failed",
        "payment_intent.payment_failed",
        "invoice.payment_failed",
    ]
    good = v1.payment_methods.attach("pm_card_visa", {"customer": customer.id})
    assert v1.invoices.pay(draft.id, {"payment_method": good.id}).status == "paid"


def test_3d_secure_asks_for_the_buyer(v1: stripe.V1Services, sandbox: StripeSandbox) -> None:
    customer = payer(v1, "pm_card_authenticationRequired")
    draft = invoice_of(v1, customer.id)
    with pytest.raises(stripe.CardError) as refused:
        v1.invoices.pay(draft.id)
    assert refused.value.code == "invoice_payment_intent_requires_action"
    assert types(sandbox)[-2:] == ["invoice.payment_action_required", "invoice.payment_failed"]

    [payment] = v1.invoice_payments.list({"invoice": draft.id}).data
    sandbox.authenticate(str(payment.payment.payment_intent))
    assert v1.invoices.retrieve(draft.id).status == "paid"


@pytest.mark.parametrize(
    ("close", "status", "event"),
    [
        ("void_invoice", "void", "invoice.voided"),
        ("mark_uncollectible", "uncollectible", "invoice.marked_uncollectible"),
    ],
)
def test_an_open_invoice_is_given_up(  # noqa: PLR0917
    v1: stripe.V1Services,
    sandbox: StripeSandbox,
    customer: stripe.Customer,
    close: str,
    status: str,
    event: str,
) -> None:
    draft = invoice_of(v1, customer.id)
    with pytest.raises(stripe.InvalidRequestError):
        getattr(v1.invoices, close)(draft.id)
    v1.invoices.finalize_invoice(draft.id)
    assert getattr(v1.invoices, close)(draft.id).status == status
    assert len(sandbox.events(event)) == 1
    if status == "void":
        with pytest.raises(stripe.InvalidRequestError):
            v1.invoices.pay(draft.id)
        assert len(sandbox.events("payment_intent.canceled")) == 1
    else:
        assert v1.invoices.pay(draft.id).status == "paid"


def test_an_invoice_is_sent_and_becomes_overdue(
    v1: stripe.V1Services, sandbox: StripeSandbox
) -> None:
    clock = v1.test_helpers.test_clocks.create({"frozen_time": NEW_YEAR})
    customer = v1.customers.create({"test_clock": clock.id})
    draft = invoice_of(v1, customer.id, collection_method="send_invoice", days_until_due=7)
    sent = v1.invoices.send_invoice(draft.id)
    assert (sent.status, sent.due_date) == ("open", NEW_YEAR + 7 * DAY)
    sandbox.advance(clock.id, NEW_YEAR + 8 * DAY)
    assert sandbox.wait_for("invoice.overdue")["created"] == NEW_YEAR + 7 * DAY
    paid = v1.invoices.pay(draft.id, {"paid_out_of_band": True})
    assert paid.status == "paid"
    assert v1.charges.list().data == []
    assert sandbox.events("invoice.payment_succeeded") == []


def test_an_automatic_invoice_finalizes_itself_and_is_tried_again(
    v1: stripe.V1Services, sandbox: StripeSandbox
) -> None:
    clock = v1.test_helpers.test_clocks.create({"frozen_time": NEW_YEAR})
    customer = payer(v1, "pm_card_chargeCustomerFail", test_clock=clock.id)
    draft = invoice_of(v1, customer.id, auto_advance=True)
    assert draft.automatically_finalizes_at == NEW_YEAR + HOUR
    sandbox.advance(clock.id, NEW_YEAR + 2 * HOUR)
    failed = v1.invoices.retrieve(draft.id)
    assert (failed.status, failed.attempt_count) == ("open", 1)
    assert failed.next_payment_attempt == NEW_YEAR + HOUR + 3 * DAY

    sandbox.advance(clock.id, NEW_YEAR + 40 * DAY)
    failed = v1.invoices.retrieve(draft.id)
    assert (failed.attempt_count, failed.next_payment_attempt) == (4, None)
    assert [event["created"] for event in sandbox.events("invoice.payment_failed")][::-1] == [
        NEW_YEAR + HOUR + days * DAY for days in (0, 3, 8, 15)
    ]


def test_pending_items_wait_for_an_invoice(
    v1: stripe.V1Services, customer: stripe.Customer
) -> None:
    product = v1.products.create({"name": "Setup"})
    price = v1.prices.create({"product": product.id, "currency": "eur", "unit_amount": 500})
    item = v1.invoice_items.create(
        {"customer": customer.id, "pricing": {"price": price.id}, "quantity": 3}
    )
    assert (item.amount, item.invoice) == (1500, None)
    v1.invoice_items.update(item.id, {"quantity": 2})
    assert [found.id for found in v1.invoice_items.list({"pending": True}).data] == [item.id]
    invoice = v1.invoices.create(
        {
            "customer": customer.id,
            "currency": "eur",
            "pending_invoice_items_behavior": "include",
        }
    )
    [line] = v1.invoices.line_items.list(invoice.id).data
    assert line.pricing is not None
    assert line.pricing.price_details is not None
    assert (line.amount, line.pricing.price_details.price) == (1000, price.id)
    assert line.parent is not None
    assert line.parent.invoice_item_details is not None
    assert line.parent.invoice_item_details.invoice_item == item.id
    v1.invoice_items.delete(item.id)
    assert v1.invoices.retrieve(invoice.id).total == 0


def test_credit_pays_before_the_card(v1: stripe.V1Services, customer: stripe.Customer) -> None:
    v1.customers.update(customer.id, {"balance": -500})
    paid = v1.invoices.pay(invoice_of(v1, customer.id).id)
    assert (paid.total, paid.starting_balance, paid.ending_balance) == (1200, -500, 0)
    assert (paid.amount_due, paid.amount_paid) == (700, 700)
    credit = v1.invoices.finalize_invoice(invoice_of(v1, customer.id, -300).id)
    assert (credit.status, credit.total, credit.ending_balance) == ("paid", -300, -300)
    assert v1.customers.retrieve(customer.id).balance == -300


def test_too_little_to_charge_is_owed_until_the_next_invoice(
    v1: stripe.V1Services, customer: stripe.Customer
) -> None:
    small = v1.invoices.finalize_invoice(invoice_of(v1, customer.id, 30).id)
    assert (small.status, small.amount_due, small.ending_balance) == ("paid", 0, 30)
    following = v1.invoices.pay(invoice_of(v1, customer.id, 100).id)
    assert (following.total, following.amount_paid) == (100, 130)
    assert v1.customers.retrieve(customer.id).balance == 0


def test_an_invoice_shows_who_the_customer_was(
    v1: stripe.V1Services, customer: stripe.Customer
) -> None:
    draft = invoice_of(v1, customer.id)
    v1.customers.update(customer.id, {"name": "Ada Buyer"})
    assert v1.invoices.finalize_invoice(draft.id).customer_name == "Ada Buyer"
    v1.customers.update(customer.id, {"name": "Eva"})
    assert v1.invoices.retrieve(draft.id).customer_name == "Ada Buyer"


def test_lines_come_in_order_and_in_pages(v1: stripe.V1Services, customer: stripe.Customer) -> None:
    invoice = v1.invoices.create({"customer": customer.id, "currency": "eur"})
    for amount in range(100, 112):
        v1.invoice_items.create(
            {
                "customer": customer.id,
                "invoice": invoice.id,
                "amount": amount,
                "currency": "eur",
                "description": "A thing",
            }
        )
    embedded = v1.invoices.retrieve(invoice.id).lines
    assert ([line.amount for line in embedded.data], embedded.has_more) == (
        list(range(100, 110)),
        True,
    )
    walked = v1.invoices.line_items.list(invoice.id, {"limit": 5}).auto_paging_iter()
    assert [line.amount for line in walked] == list(range(100, 112))
