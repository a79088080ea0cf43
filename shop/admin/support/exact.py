"""What names one thing: an order, a document, a whole key, the address of a page."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, select

from shop.admin.cells import words
from shop.admin.support import shapes
from shop.admin.support.matches import MOST, Match
from shop.billing.invoices.models import CreditNote, Invoice
from shop.db import session
from shop.downloads.models import Grant
from shop.licenses import finding
from shop.licenses.models import License
from shop.orders.models import Order, OrderLine


def by_number(text: str) -> Iterable[Match]:
    """Of an order, an invoice or a credit note."""
    numbers = shapes.order_numbers(text)
    yield from orders(Order.number.in_(numbers))
    yield from invoices(Invoice.number == text.upper())
    noted = select(CreditNote.invoice_id).where(CreditNote.number == text.upper())
    yield from invoices(Invoice.id.in_(noted), f"Credit note {text.upper()}")


def by_key(text: str) -> Iterable[Match]:
    """The whole of a license key, ours or one of a pool; also one that was replaced."""
    return licenses(finding.by_whole_key(text), "This license key")


def by_token(text: str) -> Iterable[Match]:
    """An address of ours that a customer sent along."""
    token = shapes.token(text)
    if not token:
        return
    yield from orders(Order.token == token)
    granted = select(Grant.order_line_id).where(Grant.token == token)
    lines = select(OrderLine.order_id).where(OrderLine.id.in_(granted))
    yield from orders(Order.id.in_(lines), "The address of their downloads")
    given = select(Grant.user_id).where(Grant.token == token, Grant.user_id.is_not(None))
    for user_id in session.scalars(given):
        yield Match("The address of their downloads", user_id)


def orders(where: ColumnElement[bool], reason: str = "") -> Iterable[Match]:
    query = select(Order.number, Order.payment_state, Order.user_id, Order.email_norm)
    newest = query.where(where).order_by(Order.id.desc()).limit(MOST)
    for number, state, user_id, email in session.execute(newest):
        told = f"Order {number}, {words(state).lower()}"
        yield Match(reason or told, user_id, email, f"order:{number}")


def invoices(where: ColumnElement[bool], reason: str = "") -> Iterable[Match]:
    columns = (Invoice.id, Invoice.number, Invoice.user_id, Invoice.customer_email_norm)
    newest = select(*columns).where(where).order_by(Invoice.id.desc()).limit(MOST)
    for id, number, user_id, email in session.execute(newest):
        yield Match(reason or f"Invoice {number or 'draft'}", user_id, email, f"invoice:{id}")


def licenses(found: Sequence[License], reason: str) -> Iterable[Match]:
    """Each is its account's, or of the guest who ordered it."""
    guests = [one.order_line_id for one in found if one.user_id is None and one.order_line_id]
    query: Any = select(OrderLine.id, Order.email_norm).join(Order)
    emails: dict[int, str] = {}
    if guests:
        emails = dict(session.execute(query.where(OrderLine.id.in_(guests))).all())
    for one in found:
        email = emails.get(one.order_line_id or 0, "")
        yield Match(f"{reason} …-{one.last_characters}", one.user_id, email, f"license:{one.id}")
