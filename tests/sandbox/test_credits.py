"""Credit notes and the customer's balance."""

from typing import Any, cast

import pytest
import requests
import stripe

from stripe_sandbox.testing import StripeSandbox


@pytest.fixture
def customer(v1: stripe.V1Services) -> stripe.Customer:
    customer = v1.customers.create({"email": "ada@example.org", "name": "Ada"})
    card = v1.payment_methods.attach("pm_card_visa", {"customer": customer.id})
    return v1.customers.update(
        customer.id, {"invoice_settings": {"default_payment_method": card.id}}
    )


@pytest.fixture
def invoice(v1: stripe.V1Services, customer: stripe.Customer) -> stripe.Invoice:
    """Open, over 20 euros: two chairs at 10."""
    product = v1.products.create({"name": "Chair"})
    price = v1.prices.create({"product": product.id, "currency": "eur", "unit_amount": 1000})
    draft = v1.invoices.create({"customer": customer.id, "currency": "eur"})
    v1.invoice_items.create(
        {
            "customer": customer.id,
            "invoice": draft.id,
            "pricing": {"price": price.id},
            "quantity": 2,
        }
    )
    return v1.invoices.finalize_invoice(draft.id, {"auto_advance": False})


def test_an_open_invoice_asks_for_less(
    v1: stripe.V1Services, sandbox: StripeSandbox, invoice: stripe.Invoice
) -> None:
    note = v1.credit_notes.create({"invoice": invoice.id, "amount": 500, "memo": "Late"})
    assert (note.type, note.pre_payment_amount, note.status) == ("pre_payment", 500, "issued")
    assert note.number == f"{invoice.number}-CN-01"
    after = v1.invoices.retrieve(invoice.id)
    assert (after.amount_remaining, after.pre_payment_credit_notes_amount) == (1500, 500)

    assert v1.credit_notes.void_credit_note(note.id).status == "void"
    assert v1.invoices.retrieve(invoice.id).amount_remaining == 2000
    assert v1.invoices.pay(invoice.id).amount_paid == 2000
    assert [event["type"] for event in sandbox.events() if "credit" in event["type"]] == [
        "credit_note.voided",
        "credit_note.created",
    ]


def test_a_credit_of_everything_pays_the_invoice(
    v1: stripe.V1Services, invoice: stripe.Invoice
) -> None:
    v1.credit_notes.create({"invoice": invoice.id, "amount": 2000})
    assert v1.invoices.retrieve(invoice.id).status == "paid"


def test_a_paid_invoice_gives_back(
    v1: stripe.V1Services, customer: stripe.Customer, invoice: stripe.Invoice
) -> None:
    v1.invoices.pay(invoice.id)
    line = invoice.lines.data[0]
    lines: Any = [{"type": "invoice_line_item", "invoice_line_item": line.id, "quantity": 1}]
    preview = v1.credit_notes.preview({"invoice": invoice.id, "lines": lines})
    assert preview.total == 1000
    assert v1.credit_notes.list().data == []
    [previewed] = v1.credit_notes.preview_lines.list({"invoice": invoice.id, "lines": lines}).data
    assert previewed.invoice_line_item == line.id

    note = v1.credit_notes.create(
        {"invoice": invoice.id, "lines": lines, "refund_amount": 700, "credit_amount": 300}
    )
    assert (note.type, note.post_payment_amount, note.total) == ("post_payment", 1000, 1000)
    [link] = note.refunds
    refund = v1.refunds.retrieve(str(link.refund))
    assert (refund.amount, link.amount_refunded) == (700, 700)
    assert v1.customers.retrieve(customer.id).balance == -300
    [balance] = v1.customers.balance_transactions.list(customer.id).data
    assert (balance.type, balance.credit_note) == ("credit_note", note.id)
    assert len(v1.credit_notes.line_items.list(note.id).data) == 1
    assert v1.invoices.retrieve(invoice.id).post_payment_credit_notes_amount == 1000
    assert v1.credit_notes.update(note.id, {"memo": "Sorry"}).memo == "Sorry"
    with pytest.raises(stripe.InvalidRequestError):
        v1.credit_notes.void_credit_note(note.id)

    pdf = requests.get(note.pdf, timeout=10)
    assert pdf.content.startswith(b"%PDF-1.4")
    assert f"{invoice.number}-CN-01".encode() in pdf.content


@pytest.mark.parametrize(
    ("params", "param"),
    [
        ({}, "amount"),
        ({"amount": 0}, "amount"),
        ({"amount": 2001, "credit_amount": 2001}, "amount"),
        ({"amount": 500}, "amount"),
        ({"amount": 500, "credit_amount": 400}, "amount"),
        ({"lines": [{"type": "invoice_line_item", "invoice_line_item": "il_x"}]}, "lines"),
    ],
)
def test_what_a_paid_invoice_does_not_give_back(
    v1: stripe.V1Services, invoice: stripe.Invoice, params: dict[str, Any], param: str
) -> None:
    v1.invoices.pay(invoice.id)
    with pytest.raises(stripe.InvalidRequestError) as refused:
        v1.credit_notes.create(cast(Any, {"invoice": invoice.id, **params}))
    assert refused.value.param == param
    assert v1.credit_notes.list({"invoice": invoice.id}).data == []


def test_a_balance_is_kept_and_pays_the_next_invoice(
    v1: stripe.V1Services, customer: stripe.Customer, invoice: stripe.Invoice
) -> None:
    credit = v1.customers.balance_transactions.create(
        customer.id, {"amount": -500, "currency": "eur", "description": "Sorry"}
    )
    assert credit.ending_balance == -500
    changed = v1.customers.balance_transactions.update(
        customer.id, credit.id, {"description": "Very sorry"}
    )
    assert changed.description == "Very sorry"
    assert v1.customers.balance_transactions.retrieve(customer.id, credit.id).amount == -500

    draft = v1.invoices.create({"customer": customer.id, "currency": "eur"})
    v1.invoice_items.create(
        {"customer": customer.id, "invoice": draft.id, "amount": 800, "currency": "eur"}
    )
    assert v1.invoices.finalize_invoice(draft.id).amount_due == 300
    assert v1.customers.retrieve(customer.id).balance == 0
    with pytest.raises(stripe.InvalidRequestError) as refused:
        v1.customers.balance_transactions.create(customer.id, {"amount": -5, "currency": "usd"})
    assert refused.value.param == "currency"
