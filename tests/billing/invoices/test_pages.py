"""What buyers see of their invoices, and what strangers do not."""

import re
from typing import Any

import pytest
from flask import Flask

from shop import events
from shop.accounts import people
from shop.accounts.models import User
from shop.billing.invoices.models import Invoice, InvoiceRevision
from shop.catalog.models import Kind
from shop.db import commit, session
from tests.billing.invoices.test_mirror import at_stripe, invoices
from tests.billing.subscriptions.subscriber import Subscriber, make_plan
from tests.browser import Browser, open_browser
from tests.factories import make_price
from tests.orders.factories import ADDRESS, make_order, make_payment
from tests.orders.test_invoicing import paid_order, refund

PASSWORD = "correct horse battery"


def signed_in(app: Flask, email: str = "ada@example.org") -> Browser:
    commit()
    browser = open_browser(app)
    browser.post("/sign-in", data={"email": email, "password": PASSWORD})
    return browser


def make_user(email: str = "ada@example.org") -> User:
    user = people.register(email, "Ada", PASSWORD)
    commit()
    return user


@pytest.fixture
def ada(app: Flask) -> User:
    return make_user()


def test_the_list_has_both_kinds_and_their_credit_notes(app: Flask, subscriber: Subscriber) -> None:
    subscriber.subscribe(make_plan())
    _order, payment = paid_order(user_id=subscriber.user.id)
    refund(payment, 200)
    theirs, ours = invoices()
    page = signed_in(app).get("/account/invoices").text
    for part in (theirs.number, ours.number, ours.credit_notes[0].number, "-€2.00"):
        assert part
        assert part in page
    assert (theirs.pdf_url or "") in page
    assert (theirs.hosted_url or "") in page
    assert f"/account/invoices/{ours.token}/pdf" in page
    assert "Partly credited" in page


def test_years_are_links(app: Flask, ada: User) -> None:
    for _ in range(2):
        paid_order(user_id=ada.id)
    old, new = invoices()
    assert old.issued_at
    old.issued_at = old.issued_at.replace(year=2024)
    old.number = "2024-000001"
    browser = signed_in(app)
    assert "?year=2024" in browser.get("/account/invoices").text
    page = browser.get("/account/invoices?year=2024").text
    assert "2024-000001" in page
    assert (new.number or "") not in page
    everything = browser.get("/account/invoices?year=9").text
    assert (new.number or "") in everything


def test_the_paper_says_who_what_and_how_much(app: Flask, ada: User) -> None:
    order, _ = paid_order(user_id=ada.id, tax=190)
    [invoice] = invoices()
    page = signed_in(app).get(f"/account/invoices/{invoice.token}").text
    text = re.sub(r"<[^>]+>", " ", page)
    for part in (invoice.number or "?", order.number, "Keystall", "1 Main St", "€11.90", "€1.90"):
        assert part in text


def test_a_guest_finds_it_by_the_order(app: Flask, client: Browser) -> None:
    order, payment = paid_order()
    refund(payment, 100)
    url = f"/orders/{order.token}/invoice"
    assert f'href="{url}"' in client.get(f"/orders/{order.token}").text
    page = client.get(url).text
    [invoice] = invoices()
    note = invoice.credit_notes[0]
    assert f"{url}/credit-notes/{note.token}" in page
    assert "For invoice" in client.get(f"{url}/credit-notes/{note.token}").text


def test_z02_nobody_sees_anothers(app: Flask, ada: User, client: Browser) -> None:
    _order, payment = paid_order(user_id=ada.id)
    refund(payment, 100)
    other, _ = paid_order()
    make_user("bea@example.org")
    [invoice, _] = invoices()
    note = invoice.credit_notes[0].token
    bea = signed_in(app, "bea@example.org")
    for path in (
        *(f"/account/invoices/{invoice.token}", f"/account/invoices/{invoice.token}/pdf"),
        *(f"/account/credit-notes/{note}", f"/account/credit-notes/{note}/pdf"),
        *(f"/orders/{other.token}/invoice/credit-notes/{note}", f"/api/invoices/{invoice.token}"),
        *("/account/invoices/1", "/orders/x/invoice", f"/account/invoices/{invoice.id}"),
    ):
        assert bea.get(path).status_code == 404, path
    saved = bea.post(f"/account/invoices/{invoice.token}/buyer", data={"company": "Mine"})
    assert saved.status_code == 404
    assert client.get(f"/account/invoices/{invoice.token}").status_code == 303
    assert invoices()[0].customer_company == ""


def test_an_order_that_was_not_paid_has_none(app: Flask, client: Browser) -> None:
    order = make_order(make_price(kind=Kind.DIGITAL))
    make_payment(order)
    assert client.get(f"/orders/{order.token}/invoice").status_code == 404


def test_what_buyers_type_is_text(app: Flask, client: Browser) -> None:
    evil = "<script>alert(1)</script>"
    order, _ = paid_order(billing_address=ADDRESS | {"name": evil})
    url = f"/orders/{order.token}/invoice"
    client.post(f"{url}/buyer", data={"company": evil, "vat_id": ""})
    page = client.get(url).text
    assert "<script>alert" not in page
    assert page.count("&lt;script&gt;") >= 2


def test_a_company_is_added_by_a_new_version(app: Flask, client: Browser) -> None:
    order, _ = paid_order()
    url = f"/orders/{order.token}/invoice"
    typed = {"company": "Engine GmbH", "vat_id": "de 136 695 976"}
    assert client.post(f"{url}/buyer", data=typed).status_code == 303
    [invoice] = invoices()
    assert (invoice.number or "")[-6:] == "000001"
    assert invoice.customer_tax_ids == [{"type": "eu_vat", "value": "DE136695976"}]
    assert (invoice.vat_id, invoice.revision) == ("DE136695976", 1)
    page = client.get(url).text
    assert "VAT id DE136695976" in page
    assert "This replaces the version of" in page
    [before] = session.query(InvoiceRevision)
    assert (before.revision, before.buyer["company"]) == (0, "")
    client.post(f"{url}/buyer", data=typed)
    assert invoices()[0].revision == 1


def test_a_wrong_id_is_told_beside_its_field(app: Flask, client: Browser) -> None:
    order, _ = paid_order()
    url = f"/orders/{order.token}/invoice"
    answer = client.post(f"{url}/buyer", data={"company": "Engine GmbH", "vat_id": "DE123"})
    assert answer.status_code == 422
    assert "That is not a VAT id" in answer.text
    assert 'value="Engine GmbH"' in answer.text
    assert 'value="DE123"' in answer.text
    assert invoices()[0].revision == 0


def test_versions_come_to_an_end(app: Flask, client: Browser) -> None:
    order, _ = paid_order()
    url = f"/orders/{order.token}/invoice/buyer"
    answers = [client.post(url, data={"company": f"{n} GmbH"}).status_code for n in range(12)]
    assert answers == [303] * 10 + [409] * 2


def test_stripes_coming_invoices_carry_it(app: Flask, subscriber: Subscriber) -> None:
    subscriber.subscribe(make_plan())
    [first] = invoices()
    url = f"/account/invoices/{first.token}"
    browser = signed_in(app)
    for vat_id in ("DE136695976", "FR40303265045"):
        data = {"company": "Engine GmbH", "vat_id": vat_id}
        assert browser.post(f"{url}/buyer", data=data).status_code == 303
    subscriber.advance(days=32)
    old, new = invoices()
    assert (old.customer_name, old.customer_tax_ids) == ("Ada", [])
    assert new.customer_name == "Engine GmbH"
    assert new.customer_tax_ids == [{"type": "eu_vat", "value": "FR40303265045"}]
    kept: Any = at_stripe(app).customers.tax_ids.list(subscriber.customer).data
    assert [one.value for one in kept] == ["FR40303265045"]


def test_the_api_tells_the_same(app: Flask, ada: User) -> None:
    _order, payment = paid_order(user_id=ada.id)
    refund(payment, 100)
    browser = signed_in(app)
    [item] = browser.get("/api/invoices").get_json()["items"]
    assert (item["source"], item["status"], item["total"]) == ("shop", "paid", 1190)
    assert item["credit_notes"][0]["total"] == 100
    assert item["pdf_url"].endswith("/pdf")
    assert browser.get(f"/api/invoices/{item['id']}").json == item
    assert browser.get("/api/invoices?year=2001").get_json()["items"] == []
    assert open_browser(app).get("/api/invoices").status_code == 401


def test_a_guests_invoice_moves_with_the_order(app: Flask) -> None:
    paid_order()
    user = make_user()
    events.publish(events.AddressVerified(user.id))
    commit()
    assert session.get_one(Invoice, invoices()[0].id).user_id == user.id
