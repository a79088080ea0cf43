"""Every order that was paid has one invoice, its numbers have no gap, and refunds have notes."""

from collections.abc import Iterator
from itertools import count
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError, OperationalError

from shop import events
from shop.billing import mirror, refunds
from shop.billing.invoices import numbering
from shop.billing.invoices.models import CreditNote, Invoice, InvoiceCounter
from shop.billing.models import Payment
from shop.billing.tasks import sweep
from shop.catalog.models import Kind
from shop.db import commit, session
from shop.errors import ShopError
from shop.mail.models import Mail
from shop.orders import invoicing, mails
from shop.orders.models import Order
from stripe_sandbox.testing import StripeSandbox
from tests.browser import Browser
from tests.catalog.race import race
from tests.factories import make_price
from tests.orders.factories import confirm, make_order, make_payment

MANY = 50


def paid_order(method: str = "pm_card_visa", **given: Any) -> tuple[Order, Payment]:
    order = make_order(make_price(kind=Kind.DIGITAL, unit_amount=1190), **given)
    payment = make_payment(order)
    confirm(payment, method)
    return order, payment


def refund(payment: Payment, amount: int) -> None:
    refunds.request(payment, amount, "a gesture")
    commit()
    sweep()
    session.expire_all()


def invoice_of(order: Order) -> Invoice:
    return session.scalars(select(Invoice).filter_by(order_id=order.id)).one()


def notes() -> list[CreditNote]:
    return list(session.scalars(select(CreditNote).order_by(CreditNote.id)))


def test_a_paid_order_has_its_invoice(app: Flask) -> None:
    order, payment = paid_order(tax=190, delivery=100, delivery_name="Post", total=1290)
    invoice = invoice_of(order)
    assert invoice.number == f"{invoice.series}-000001"
    assert (invoice.subtotal, invoice.tax, invoice.total) == (1290, 190, 1290)
    assert (invoice.customer_name, invoice.customer_email) == ("Ada Lovelace", order.email)
    assert (invoice.customer_address["city"], invoice.seller["name"]) == ("Berlin", "Keystall")
    assert invoice.stripe_payment_intent_id == payment.stripe_payment_intent_id
    assert [line["description"] for line in invoice.lines][1:] == ["Delivery (Post)"]


def test_what_was_not_paid_has_no_invoice_and_uses_no_number(app: Flask) -> None:
    declined = make_payment(make_order(make_price(kind=Kind.DIGITAL)))
    with pytest.raises(ShopError):
        confirm(declined, "pm_card_chargeDeclined")
    commit()
    assert session.scalars(select(InvoiceCounter)).all() == []
    assert invoice_of(paid_order()[0]).sequence == 1


def test_parts_that_go_back_have_credit_notes_that_add_up(app: Flask) -> None:
    order, payment = paid_order(tax=190)
    for amount in (500, 333, 357):
        refund(payment, amount)
    assert [note.total for note in notes()] == [500, 333, 357]
    assert sum(note.tax for note in notes()) == 190
    assert [note.sequence for note in notes()] == [1, 2, 3]
    assert (notes()[0].number or "").startswith("CN-2")
    invoice = invoice_of(order)
    assert (invoice.credited, invoice.total) == (1190, 1190)


def test_a_refund_that_fails_makes_its_note_void(app: Flask, stripe_sandbox: StripeSandbox) -> None:
    order, payment = paid_order("pm_card_refundFail")
    refund(payment, 1190)
    assert invoice_of(order).credited == 1190
    stripe_id = payment.refunds[0].stripe_refund_id or ""
    stripe_sandbox.fail_refund(stripe_id)
    refunds.sync(stripe_id)
    commit()
    [note] = notes()
    assert (note.is_valid, invoice_of(order).credited) == (False, 0)
    assert note.voided_at


def test_money_that_came_twice_was_never_on_the_invoice(app: Flask) -> None:
    order, _ = paid_order()
    again = make_payment(order)
    confirm(again)
    commit()
    sweep()
    session.expire_all()
    assert (order.paid, order.refunded) == (2380, 1190)
    assert notes() == []


def test_orders_of_before_catch_up(app: Flask) -> None:
    order, payment = paid_order()
    refund(payment, 200)
    for row in (*notes(), invoice_of(order)):
        session.delete(row)
        session.flush()  # in this order
    commit()
    for one in invoicing.without_invoice():
        invoicing.catch_up(one)
    commit()
    assert (invoice_of(order).credited, notes()[0].total) == (200, 200)
    assert list(invoicing.without_invoice()) == []


class Stumbled(ShopError):
    pass


@pytest.fixture
def stumbling() -> Iterator[None]:
    """Every third payment fails once after its number was drawn, and is tried again."""
    turn, listeners = count(1), events._listeners[events.OrderPaid]

    def stumble(_event: events.OrderPaid) -> None:
        if next(turn) % 3 == 0:
            raise Stumbled

    listeners.append(stumble)
    yield
    listeners.remove(stumble)


def pay_all_at_once(app: Flask, many: int = MANY) -> list[str | None]:
    """Stripe has all the money already; the numbers of the invoices, by age."""
    price = make_price(kind=Kind.DIGITAL)
    todo = []
    for _ in range(many):
        payment = make_payment(make_order(price))
        intent = payment.stripe_payment_intent_id
        commit()
        app.extensions["stripe"].v1.payment_intents.confirm(
            intent, {"payment_method": "pm_card_visa", "return_url": "http://localhost"}
        )
        todo.append(payment.id)
    commit()
    for _ in range(30):
        todo = try_all(app, todo)
    assert todo == []
    return list(session.scalars(select(Invoice.number).order_by(Invoice.sequence)))


def try_all(app: Flask, payments: list[int]) -> list[int]:
    """Those that did not get through."""
    if not payments:
        return []
    answers = race(app, len(payments), lambda n: mirror.sync(payments[n]))
    return [
        id
        for id, answer in zip(payments, answers, strict=True)
        if isinstance(answer, ShopError | OperationalError)
    ]


def gapless(many: int = MANY) -> list[str]:
    [series] = session.scalars(select(InvoiceCounter.series))
    return [numbering.write(series, n) for n in range(1, many + 1)]


def test_fifty_paid_at_once_are_numbered_without_gap(either_app: Flask, stumbling: None) -> None:
    assert pay_all_at_once(either_app) == gapless()


def test_a_number_from_a_sequence_would_leave_gaps(
    either_app: Flask, stumbling: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that a rollback does not give back, as databases make them for ids."""
    numbers, usual = count(1), numbering.draw

    def draw(form: str, at: Any) -> tuple[str, int]:
        return usual(form, at)[0], next(numbers)

    monkeypatch.setattr(numbering, "draw", draw)
    assert pay_all_at_once(either_app, 12) != gapless(12)


def test_a_number_without_a_lock_would_be_given_twice(
    postgres_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    def draw(_form: str, _at: Any) -> tuple[str, int]:
        last = session.scalars(select(Invoice.sequence).order_by(Invoice.sequence.desc())).first()
        return "2026", (last or 0) + 1

    monkeypatch.setattr(numbering, "draw", draw)
    with pytest.raises(IntegrityError):
        pay_all_at_once(postgres_app, 12)


def test_the_mail_of_a_paid_order_leads_to_its_invoice(app: Flask, client: Browser) -> None:
    order, _ = paid_order()
    mail = session.scalars(select(Mail).where(Mail.template == "order_paid")).one()
    number, address = invoice_of(order).number or "?", f"/orders/{order.token}/invoice"
    for body in (mail.text, mail.html):
        assert number in body
        assert f"http://localhost{address}" in body
    assert number in client.get(address).text


def test_an_order_for_nothing_has_a_mail_without_an_invoice(app: Flask) -> None:
    order = make_order(make_price(kind=Kind.DIGITAL), total=0, subtotal=0)
    mails.send_paid(events.OrderPaid(order.id))
    mail = session.scalars(select(Mail).where(Mail.template == "order_paid")).one()
    assert "nvoice" not in mail.text + mail.html
