"""The hosted page of an invoice, and its PDF."""

import re

import pytest
import requests
import stripe

from stripe_sandbox.hosted import pdf
from stripe_sandbox.testing import StripeSandbox
from tests.sandbox.test_invoices import invoice_of


@pytest.fixture
def invoice(v1: stripe.V1Services) -> stripe.Invoice:
    customer = v1.customers.create({"email": "ada@example.org", "name": "Ada"})
    draft = invoice_of(v1, customer.id, collection_method="send_invoice", days_until_due=14)
    return v1.invoices.finalize_invoice(draft.id)


def page_of(invoice: stripe.Invoice) -> str:
    return str(invoice.hosted_invoice_url)


def test_the_page_takes_a_payment(
    v1: stripe.V1Services, sandbox: StripeSandbox, invoice: stripe.Invoice
) -> None:
    page = requests.get(page_of(invoice), timeout=10)
    for text in (str(invoice.number), "Pay €12.00", "Download invoice", "ada@example.org"):
        assert text in page.text

    answer = sandbox.pay_checkout(page_of(invoice))
    assert answer.headers["Location"] == page_of(invoice)
    assert v1.invoices.retrieve(invoice.id).status == "paid"
    assert "This invoice is paid" in requests.get(page_of(invoice), timeout=10).text
    assert "This invoice is paid" in sandbox.pay_checkout(page_of(invoice)).text
    assert len(v1.charges.list().data) == 1


def test_a_refusal_is_shown_beside_its_field(
    v1: stripe.V1Services, sandbox: StripeSandbox, invoice: stripe.Invoice
) -> None:
    answer = sandbox.pay_checkout(page_of(invoice), number="4000000000000002")
    assert answer.status_code == 422
    assert "Your card was declined." in answer.text
    assert v1.invoices.retrieve(invoice.id).status == "open"
    assert len(sandbox.events("invoice.payment_failed")) == 1


@pytest.mark.parametrize(("outcome", "status"), [("complete", "paid"), ("fail", "open")])
def test_3d_secure_comes_back_to_the_page(
    v1: stripe.V1Services,
    sandbox: StripeSandbox,
    invoice: stripe.Invoice,
    outcome: str,
    status: str,
) -> None:
    bank = sandbox.pay_checkout(page_of(invoice), number="4000002760003184").headers["Location"]
    back = requests.post(bank, data={"outcome": outcome}, timeout=10)
    assert v1.invoices.retrieve(invoice.id).status == status
    shown = "This invoice is paid" if outcome == "complete" else "unable to authenticate"
    assert shown in back.text


def test_a_bank_debit_is_on_its_way(
    v1: stripe.V1Services, sandbox: StripeSandbox, invoice: stripe.Invoice
) -> None:
    debit = {"method": "sepa_debit", "iban": "DE89 3704 0044 0532 0130 00"}
    assert sandbox.pay_checkout(page_of(invoice), **debit).status_code == 303
    assert "on its way" in requests.get(page_of(invoice), timeout=10).text
    [intent] = v1.payment_intents.list().data
    sandbox.settle(intent.id)
    assert v1.invoices.retrieve(invoice.id).status == "paid"


def test_a_voided_invoice_takes_no_payment(
    v1: stripe.V1Services, sandbox: StripeSandbox, invoice: stripe.Invoice
) -> None:
    v1.invoices.void_invoice(invoice.id)
    assert "takes no payment" in requests.get(page_of(invoice), timeout=10).text
    assert "takes no payment" in sandbox.pay_checkout(page_of(invoice)).text
    assert v1.charges.list().data == []


def test_a_draft_has_no_page(v1: stripe.V1Services, sandbox: StripeSandbox) -> None:
    draft = invoice_of(v1, v1.customers.create().id)
    assert requests.get(f"{sandbox.url}/i/{draft.id}", timeout=10).status_code == 404


def test_the_pdf_says_what_the_invoice_says(invoice: stripe.Invoice) -> None:
    answer = requests.get(str(invoice.invoice_pdf), timeout=10)
    assert answer.headers["Content-Type"] == "application/pdf"
    assert f"Invoice-{invoice.number}.pdf" in answer.headers["Content-Disposition"]
    for text in (str(invoice.number), "ada@example.org", "€12.00"):
        assert text.encode("cp1252") in answer.content


def test_a_pdf_finds_its_own_parts() -> None:
    """The table at the end gives the place of each object; it counts objects right."""
    content = pdf.document("A (nested) title", [pdf.Text(56, 80, "back\\slash (and) €5")])
    table = int(re.findall(rb"startxref\n(\d+)", content)[0])
    assert content[table : table + 4] == b"xref"
    places = re.findall(rb"(\d{10}) 00000 n", content)
    for number, place in enumerate(places, 1):
        assert content[int(place) :].startswith(b"%d 0 obj" % number)
    assert rb"back\\slash \(and\) " + b"\x805" in content
    [length] = re.findall(rb"/Length (\d+)", content)
    stream = content.partition(b"stream\n")[2].partition(b"\nendstream")[0]
    assert len(stream) == int(length)
