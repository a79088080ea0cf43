"""Support finds an invoice by whatever a customer reads out, and by an index."""

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, text

from shop.billing.invoices import buyers, finding, tax_ids
from shop.billing.invoices.models import Invoice
from shop.billing.invoices.tax_ids import BadTaxId
from shop.db import commit, db, session
from tests.billing.invoices.test_mirror import invoices
from tests.billing.subscriptions.subscriber import Subscriber, make_plan
from tests.orders.test_invoicing import paid_order, refund


@pytest.fixture
def invoice(either_app: Flask) -> Invoice:
    """One of two; the other has nothing in common with it but the day."""
    order, payment = paid_order(tax=190)
    paid_order(email="bea@example.org", billing_address={"name": "Bea Other"}, total=777)
    first = session.query(Invoice).filter_by(order_id=order.id).one()
    buyers.complete(first, "Engine GmbH", "DE136695976")
    refund(payment, 200)
    return invoices()[0]


def test_by_everything_that_is_on_it(invoice: Invoice) -> None:
    note = invoice.credit_notes[0]
    for typed in (
        *(invoice.number, f"#{invoice.number}", note.number, (note.number or "").lower()),
        *(invoice.reference, invoice.reference.lower(), invoice.stripe_payment_intent_id),
        *("ada@example.org", " ADA@example.org", "ada@", "Ada Love", "ada  lovelace", "engine"),
        *("DE136695976", "de 136 695 976", "11.90", "11,90", "€11.90", "11.90 EUR"),
    ):
        assert [found.id for found in finding.search(typed or "")] == [invoice.id], typed


def test_by_the_day(invoice: Invoice) -> None:
    day = invoice.issued_at
    assert day
    for form in ("%Y-%m-%d", "%d.%m.%Y", "%-d %b %Y"):
        assert len(finding.search(day.strftime(form))) == 2
    assert finding.search("2001-01-01") == []


def test_by_nothing_that_is_not_on_it(invoice: Invoice) -> None:
    for typed in (
        *("", "  ", "\0", "%", "_", "*", "[a", "@", "in_", "in_x", "9999-12-31", "€", "1e9", "²"),
        *("11.90 USD", "11,901", "99999999999999", "CN-2026-999999", "'; --", "漢", "nobody"),
    ):
        assert finding.search(typed) == [], typed


def test_by_stripes_ids(app: Flask, subscriber: Subscriber) -> None:
    subscriber.subscribe(make_plan())
    [invoice] = invoices()
    for typed in (
        *(invoice.stripe_invoice_id, invoice.stripe_customer_id, invoice.number),
        *(invoice.stripe_subscription_id, invoice.stripe_payment_intent_id),
    ):
        assert typed
        assert [found.id for found in finding.search(typed)] == [invoice.id], typed


@pytest.fixture
def plans(either_app: Flask) -> Iterator[list[str]]:
    """How the database found what it was asked for."""
    asked: list[tuple[str, Any]] = []

    def note(_c: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        if "FROM invoices" in statement and "WHERE" in statement:
            asked.append((statement, parameters))

    event.listen(db.engine, "before_cursor_execute", note)
    found: list[str] = []
    yield found
    event.remove(db.engine, "before_cursor_execute", note)
    commit()
    lite = either_app.config["SQLALCHEMY_DATABASE_URI"].startswith("sqlite")
    if not lite:
        session.execute(text("SET enable_seqscan = off"))
    how = "EXPLAIN QUERY PLAN " if lite else "EXPLAIN "
    for statement, parameters in asked:
        rows = session.connection().exec_driver_sql(how + statement, parameters).all()
        plan = " ".join(str(row) for row in rows)
        assert "SCAN invoices" not in plan, plan
        assert "Seq Scan on invoices" not in plan, plan
        found.append(plan)
    assert found
    commit()


@pytest.mark.parametrize(
    "typed",
    ["2026-000001", "ada@example.org", "Ada", "DE136695976", "2026-11-21", "in_1", "cn_1", "19.00"],
)
def test_every_way_has_its_index(plans: list[str], typed: str) -> None:
    finding.search(typed)


def test_the_command_shows_them(app: Flask) -> None:
    order, _ = paid_order()
    shown = app.test_cli_runner().invoke(args=["invoices", "find", order.number]).output
    assert order.number in shown
    assert "€11.90  Paid  Ada Lovelace  ada@example.org" in shown
    assert shown.endswith("1 found.\n")


@pytest.mark.parametrize(
    ("typed", "country", "kind", "value"),
    [
        ("DE 136 695 976", "DE", "eu_vat", "DE136695976"),
        ("136695976", "DE", "eu_vat", "DE136695976"),
        ("EL 094259216", "GR", "eu_vat", "EL094259216"),
        ("094259216", "GR", "eu_vat", "EL094259216"),
        ("FR40303265045", "DE", "eu_vat", "FR40303265045"),
        ("XI980780684", "GB", "eu_vat", "XI980780684"),
        ("980 7806 84", "GB", "gb_vat", "GB980780684"),
        ("CHE-107.787.577 IVA", "CH", "ch_vat", "CHE107787577IVA"),
        ("04-2103594", "US", "us_ein", "042103594"),
    ],
)
def test_tax_ids_in_the_forms_of_their_countries(
    typed: str, country: str, kind: str, value: str
) -> None:
    assert tax_ids.read(typed, country) == {"type": kind, "value": value}


@pytest.mark.parametrize(
    ("typed", "country"),
    [("DE136695977", "DE"), ("x", "DE"), ("1" * 30, "FR"), ("1", ""), ("123", "TV"), ("1", "GB")],
)
def test_what_cannot_be_one_is_refused(typed: str, country: str) -> None:
    with pytest.raises(BadTaxId):
        tax_ids.read(typed, country)
