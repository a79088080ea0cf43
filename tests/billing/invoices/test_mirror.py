"""Stripe's invoices and credit notes, as they arrive, are ours to search and to show."""

import json
import random
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from shop import events
from shop.billing import webhook
from shop.billing.invoices import mirror, snapshots
from shop.billing.invoices.models import CreditNote, CreditNoteStatus, Invoice, InvoiceStatus
from shop.billing.subscriptions.models import SubscriptionEntry, SubscriptionStatus
from shop.billing.tasks import sweep
from shop.db import commit, session
from shop.licenses.models import License, Status
from stripe_sandbox.testing import StripeSandbox
from tests.billing.subscriptions.subscriber import Subscriber, make_plan

BAD_LATER = "4000000000000341"


@pytest.fixture
def heard() -> Iterator[list[object]]:
    found: list[object] = []
    for kind in (events.InvoiceChanged, events.CreditNoteChanged):
        events.subscribe(kind, found.append)
    yield found
    for listeners in events._listeners.values():
        if found.append in listeners:
            listeners.remove(found.append)


def invoices() -> list[Invoice]:
    session.expire_all()
    return list(session.scalars(select(Invoice).order_by(Invoice.id)))


def at_stripe(app: Flask) -> Any:
    commit()
    return app.extensions["stripe"].v1


def test_the_invoice_of_a_first_payment_is_copied_whole(
    subscriber: Subscriber, heard: list[object]
) -> None:
    subscription = subscriber.subscribe(make_plan(), quantity=2)
    [invoice] = invoices()
    assert (invoice.status, invoice.user_id) == (InvoiceStatus.PAID, subscriber.user.id)
    assert (invoice.subtotal, invoice.total, invoice.amount_paid) == (1000, 1000, 1000)
    assert (invoice.amount_remaining, invoice.currency) == (0, "EUR")
    assert invoice.subscription == subscription
    assert (invoice.stripe_payment_intent_id or "").startswith("pi_")
    assert invoice.number
    assert invoice.hosted_url
    assert invoice.pdf_url
    assert invoice.paid_at == invoice.issued_at
    assert (invoice.billing_reason, invoice.customer_email_norm) == (
        "subscription_create",
        "ada@example.org",
    )
    [line] = invoice.lines
    assert (line["quantity"], line["amount"]) == (2, 1000)
    assert line["price"].startswith("price_")
    assert line["period_end"] > line["period_start"]
    assert subscription.paid_at == invoice.paid_at
    assert heard[-1] == events.InvoiceChanged(invoice.id)


def test_nobody_is_told_of_what_was_known(subscriber: Subscriber, heard: list[object]) -> None:
    subscriber.subscribe(make_plan())
    told = len(heard)
    [invoice] = invoices()
    mirror.sync(invoice.stripe_invoice_id or "")
    commit()
    assert len(heard) == told


def test_a_trial_that_costs_nothing_is_no_payment(subscriber: Subscriber) -> None:
    subscription = subscriber.subscribe(make_plan(trial_days=14))
    [invoice] = invoices()
    assert (invoice.status, invoice.total) == (InvoiceStatus.PAID, 0)
    assert subscription.paid_at is None
    subscription = subscriber.advance(days=15)
    assert subscription.paid_at == invoices()[1].paid_at


@pytest.mark.parametrize("seed", range(4))
def test_w04_in_any_order_and_twice_the_end_is_the_same(
    subscriber: Subscriber, heard: list[object], seed: int
) -> None:
    subscriber.open(make_plan())
    subscriber.sandbox.pay_checkout(subscriber.page)
    found = subscriber.events() * 2
    random.Random(seed).shuffle(found)
    for event in found:
        webhook.keep(event, json.dumps(event).encode())
    commit()
    while sweep():
        pass
    [invoice] = invoices()
    assert (invoice.status, invoice.subscription) == (InvoiceStatus.PAID, subscriber.subscription)
    assert subscriber.subscription.paid_at == invoice.paid_at


def test_a_failed_renewal_says_why_and_when_it_is_tried_again(subscriber: Subscriber) -> None:
    subscription = subscriber.subscribe(make_plan(trial_days=3), card=BAD_LATER)
    subscriber.advance(days=4)
    invoice = invoices()[1]
    assert (invoice.status, invoice.amount_remaining) == (InvoiceStatus.OPEN, 500)
    assert (invoice.attempt_count, invoice.error_code) == (1, "generic_decline")
    assert invoice.next_attempt_at
    assert invoice.next_attempt_at > subscriber.subscription.now
    assert subscription.paid_at is None


def test_b04_what_is_paid_after_the_end_waits_for_a_person(
    app: Flask, subscriber: Subscriber
) -> None:
    subscriber.subscribe(make_plan(trial_days=3), card=BAD_LATER)
    subscriber.advance(days=40)
    subscription, invoice = subscriber.subscription, invoices()[1]
    assert (subscription.status, invoice.status) == (
        SubscriptionStatus.CANCELED,
        InvoiceStatus.OPEN,
    )
    client = at_stripe(app)
    method = client.payment_methods.attach("pm_card_visa", {"customer": subscriber.customer}).id
    commit()
    client.invoices.pay(invoice.stripe_invoice_id, {"payment_method": method})
    subscriber.listen()

    invoice, subscription = invoices()[1], subscriber.subscription
    assert (invoice.status, invoice.amount_paid) == (InvoiceStatus.PAID, 500)
    assert invoice.attention == mirror.PAID_TOO_LATE
    assert (subscription.has_access, subscription.paid_at) == (False, None)
    license = session.scalars(select(License).filter_by(subscription_id=subscription.id)).one()
    assert license.status is not Status.ACTIVE
    told = select(func.count()).select_from(SubscriptionEntry).filter_by(kind="paid_late")
    assert session.scalar(told) == 1


def test_voided_and_given_up_invoices_follow(app: Flask, subscriber: Subscriber) -> None:
    client, customer = at_stripe(app), subscriber.customer
    made = []
    for _ in range(3):
        commit()
        invoice = client.invoices.create({"customer": customer, "collection_method": "send_invoice",
                                          "days_until_due": 5, "auto_advance": False})  # fmt: skip
        client.invoice_items.create({"customer": customer, "invoice": invoice.id,
                                     "amount": 700, "currency": "eur"})  # fmt: skip
        made.append(invoice.id)
    for id in made[:2]:
        client.invoices.finalize_invoice(id)
    client.invoices.void_invoice(made[0])
    client.invoices.mark_uncollectible(made[1])
    subscriber.listen()
    client.invoices.delete(made[2])
    subscriber.listen()
    assert [one.status for one in invoices()] == [
        InvoiceStatus.VOID,
        InvoiceStatus.UNCOLLECTIBLE,
        InvoiceStatus.DELETED,
    ]
    assert invoices()[1].due_at


def test_a_credit_note_is_known_by_its_invoice(
    app: Flask, subscriber: Subscriber, heard: list[object]
) -> None:
    subscriber.subscribe(make_plan())
    [invoice] = invoices()
    at_stripe(app).credit_notes.create(
        {"invoice": invoice.stripe_invoice_id, "amount": 200, "refund_amount": 200,
         "reason": "order_change", "memo": "A gesture"}
    )  # fmt: skip
    subscriber.listen()
    note = session.scalars(select(CreditNote)).one()
    assert (note.invoice_id, note.total, note.reason) == (invoice.id, 200, "order_change")
    assert (note.status, note.memo) == (CreditNoteStatus.ISSUED, "A gesture")
    assert note.number
    assert note.pdf_url
    assert invoices()[0].credited == 200
    assert events.CreditNoteChanged(note.id) in heard


def test_an_invoice_of_somebody_else_is_left_alone(
    app: Flask, subscriber: Subscriber, stripe_sandbox: StripeSandbox
) -> None:
    client = at_stripe(app)
    stranger = client.customers.create({"email": "not@ours.example"}).id
    client.invoices.create({"customer": stranger})
    subscriber.listen()
    assert invoices() == []


def test_an_answer_that_was_overtaken_is_not_applied(
    app: Flask, subscriber: Subscriber, monkeypatch: pytest.MonkeyPatch
) -> None:
    subscriber.subscribe(make_plan(trial_days=3), card=BAD_LATER)
    subscriber.advance(days=4)
    stripe_id = invoices()[1].stripe_invoice_id or ""
    usual = snapshots.fetch_invoice

    def overtaken(id: str) -> Any:
        old = usual(id)
        monkeypatch.setattr(snapshots, "fetch_invoice", usual)
        at_stripe(app).invoices.void_invoice(id)
        mirror.sync(id)
        commit()
        return old

    monkeypatch.setattr(snapshots, "fetch_invoice", overtaken)
    mirror.sync(stripe_id)
    commit()
    assert invoices()[1].status is InvoiceStatus.VOID
