"""Invoices for staff."""

from flask import Flask

from shop.accounts.models import AuditEntry, Role
from shop.billing.invoices.models import Invoice, InvoiceRevision
from shop.db import session
from shop.mail.models import Mail
from stripe_sandbox.testing import StripeSandbox
from tests.admin.conftest import Open
from tests.admin.support.cast import make_customer, make_guest
from tests.billing.subscriptions.subscriber import make_plan, make_subscriber

REASON = "ticket 4711"


def test_the_page_of_an_invoice(open_as: Open) -> None:
    mara, guest = make_customer(), make_guest()
    browser = open_as(Role.SUPPORT)
    page = browser.get(f"/admin/invoices/{mara.invoice_id}").text
    for told in (mara.invoice, "Paid", "Lindqvist Werft GmbH", "€19.00", "Send again", mara.url):
        assert told in page, told
    assert guest.url in browser.get(f"/admin/invoices/{guest.invoice_id}").text
    pdf = browser.get(f"/admin/invoices/{mara.invoice_id}/pdf")
    assert pdf.data.startswith(b"%PDF")


def test_it_is_sent_again_once_a_minute(open_as: Open) -> None:
    mara = make_customer()
    browser = open_as(Role.SUPPORT)
    url = f"/admin/invoices/{mara.invoice_id}/mail"
    assert browser.post(url, data={"reason": ""}).status_code == 422
    assert browser.post(url, data={"reason": REASON}).status_code == 303
    mail = session.query(Mail).filter_by(template="invoice_copy").one()
    assert mail.recipient == "mara@lindqvist.example"
    assert f"/orders/{mara.token}/invoice" in mail.text
    session.rollback()
    answer = browser.post(url, data={"reason": REASON})
    assert answer.status_code == 422
    assert "within this minute" in answer.text
    assert session.query(AuditEntry).filter_by(act="invoice.send").count() == 1


def test_the_buyer_is_corrected_and_it_is_issued_anew(open_as: Open) -> None:
    mara = make_customer()
    browser = open_as(Role.SUPPORT)
    url = f"/admin/invoices/{mara.invoice_id}/buyer"
    assert 'value="Lindqvist Werft GmbH"' in browser.get(url).text
    bad = browser.post(url, data={"company": "New AB", "vat_id": "DE1", "reason": REASON})
    assert bad.status_code == 422
    assert 'value="New AB"' in bad.text

    good = {"company": "New AB", "vat_id": "DE136695976", "reason": REASON}
    assert browser.post(url, data=good).status_code == 303
    invoice = session.get_one(Invoice, mara.invoice_id)
    assert (invoice.customer_company, invoice.vat_id) == ("New AB", "DE136695976")
    assert (invoice.number, invoice.revision) == (mara.invoice, 1)
    assert session.query(InvoiceRevision).one().actor == "support@staff.example"
    entry = session.query(AuditEntry).filter_by(act="invoice.correct").one()
    assert entry.data["before"][0] == "Lindqvist Werft GmbH"
    assert entry.reason == REASON
    session.rollback()
    page = browser.get(f"/admin/invoices/{mara.invoice_id}").text
    assert "Earlier versions" in page


def test_one_of_stripes_is_resynced(
    open_as: Open, app: Flask, stripe_sandbox: StripeSandbox
) -> None:
    make_subscriber(stripe_sandbox).subscribe(make_plan())
    invoice = session.query(Invoice).one()
    id, total, invoice.total = invoice.id, invoice.total, 1
    session.commit()
    browser = open_as(Role.SUPPORT)
    answer = browser.post(f"/admin/invoices/{id}/resync", data={"reason": REASON})
    assert answer.status_code == 303
    assert f"total: 1 → {total}" in browser.get(answer.location).text
    assert session.get_one(Invoice, id, populate_existing=True).total == total


def test_z02_and_z03(open_as: Open) -> None:
    mara = make_customer()
    browser, reader = open_as(Role.SUPPORT), open_as(Role.READ_ONLY)
    for end in ("", "/pdf", "/mail", "/buyer", "/resync", "/credit-notes/x/pdf"):
        assert browser.get(f"/admin/invoices/987654{end}").status_code == 404, end
    assert browser.get(f"/admin/invoices/{mara.invoice_id}/credit-notes/x/pdf").status_code == 404
    assert browser.get(f"/admin/invoices/{mara.invoice_id}/resync").status_code == 404
    page = reader.get(f"/admin/invoices/{mara.invoice_id}")
    assert page.status_code == 200
    assert "Werft" not in page.text
    for end in ("/pdf", "/mail", "/buyer", "/resync"):
        assert reader.get(f"/admin/invoices/{mara.invoice_id}{end}").status_code == 403, end
