"""Whose invoices these are, and finding any of them by what somebody has in hand."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from flask_login import current_user
from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import InstrumentedAttribute, joinedload, selectinload

from shop import money
from shop.accounts.models import normalize_email
from shop.billing.invoices.models import HIDDEN, CreditNote, Invoice, bare, normal
from shop.db import session
from shop.errors import NotFound

MOST = 100
WHOLE = (selectinload(Invoice.credit_notes), selectinload(Invoice.revisions))
ISSUED = Invoice.status.not_in(HIDDEN)
LAST = "\U0010ffff"
DATES = ("%Y-%m-%d", "%d.%m.%Y", "%d %b %Y", "%d %B %Y")
BY_STRIPE_ID = {
    "in_": Invoice.stripe_invoice_id,
    "pi_": Invoice.stripe_payment_intent_id,
    "cus_": Invoice.stripe_customer_id,
    "sub_": Invoice.stripe_subscription_id,
}


def mine(year: int | None = None) -> Sequence[Invoice]:
    """Of the signed-in customer, newest first; of one year, or of all."""
    query = select(Invoice).where(Invoice.user_id == current_user.id, ISSUED).options(*WHOLE)
    if year is not None:
        query = query.where(_within(date(year, 1, 1), date(year + 1, 1, 1)))
    return session.scalars(query.order_by(Invoice.issued_at.desc(), Invoice.id.desc())).all()


def my_years() -> list[int]:
    """Those with an invoice of the signed-in customer, newest first."""
    query = select(Invoice.issued_at).where(Invoice.user_id == current_user.id, ISSUED)
    return sorted({at.year for at in session.scalars(query) if at}, reverse=True)


def my(token: str) -> Invoice:
    """:raises NotFound: when it is unknown, or another person's."""
    return _one(Invoice.token == token, Invoice.user_id == current_user.id)


def of_order(order_id: int) -> Invoice:
    """:raises NotFound: when the order was never paid."""
    return _one(Invoice.order_id == order_id)


def _one(*where: ColumnElement[bool]) -> Invoice:
    found = session.scalar(select(Invoice).where(ISSUED, *where).options(*WHOLE))
    if found is None:
        raise NotFound
    return found


def credit_note(invoice: Invoice, token: str) -> CreditNote:
    """:raises NotFound: when it is none of this invoice."""
    for note in invoice.credit_notes:
        if note.token == token:
            return note
    raise NotFound


def invoice_of_note(token: str) -> Invoice:
    """The signed-in customer's invoice that has this credit note.

    :raises NotFound: when there is none.
    """
    noted = select(CreditNote.invoice_id).where(CreditNote.token == token)
    return _one(Invoice.id.in_(noted), Invoice.user_id == current_user.id)


def search(text: str) -> Sequence[Invoice]:
    """What support finds: by number, Stripe id, order, e-mail, name, VAT id, date or amount.

    The text's own shape says which; what fits several is looked for in each. Newest first.
    """
    text = " ".join(text.split())
    if not text or "\0" in text:
        return []
    found: dict[int, Invoice] = {}
    for where in meanings(text):
        query = select(Invoice).where(where).options(*WHOLE, joinedload(Invoice.subscription))
        newest = query.order_by(Invoice.id.desc()).limit(MOST)
        found |= {invoice.id: invoice for invoice in session.scalars(newest)}
    return sorted(found.values(), key=lambda invoice: -invoice.id)[:MOST]


def meanings(text: str) -> list[ColumnElement[bool]]:
    """What a text may say of an invoice, each with an index of its own."""
    for prefix, column in BY_STRIPE_ID.items():
        if text.startswith(prefix):
            return [column == text]
    if text.startswith("cn_"):
        return [_noted(CreditNote.stripe_credit_note_id == text)]
    if "@" in text:
        return [begins(Invoice.customer_email_norm, normalize_email(text))]
    return [meaning for read in READERS if (meaning := read(text)) is not None]


def _by_number(text: str) -> ColumnElement[bool]:
    return Invoice.number == text.lstrip("#").upper()


def _by_credit_note(text: str) -> ColumnElement[bool]:
    return _noted(CreditNote.number == text.lstrip("#").upper())


def _by_order(text: str) -> ColumnElement[bool]:
    return Invoice.reference == text.lstrip("#").upper()


def _by_vat_id(text: str) -> ColumnElement[bool] | None:
    id = bare(text)
    has_digits = sum(letter.isdecimal() for letter in id) >= 5
    return Invoice.vat_id == id if has_digits else None


def _by_date(text: str) -> ColumnElement[bool] | None:
    for form in DATES:
        try:
            day = datetime.strptime(text, form).replace(tzinfo=UTC).date()
        except ValueError:
            continue
        return _within(day, day + timedelta(days=1)) if day.year < 9999 else None
    return None


def _by_amount(text: str) -> ColumnElement[bool] | None:
    """In any currency, or in the one whose code or sign is there: `19`, `19,00`, `€1,234.50`."""
    digits = "".join(letter for letter in text if letter.isdecimal() or letter in ",.")
    words = "".join(letter for letter in text if letter.isalpha()).upper()
    if not digits or len(words) not in {0, 3}:
        return None
    try:
        amount = Decimal(_plain(digits))
    except InvalidOperation:
        return None
    fits = [
        and_(Invoice.total == int(minor), of_these)
        for digits, of_these in _currencies(words).items()
        if (minor := amount.scaleb(digits)) == int(minor) and minor < 2**31
    ]
    return or_(*fits) if fits else None


def _currencies(word: str) -> dict[int, ColumnElement[bool]]:
    """By how many decimals they have."""
    if word:
        return {money.decimals(word): Invoice.currency == word}
    odd = {0: money.ZERO_DECIMAL, 3: money.THREE_DECIMAL}
    return {
        **{digits: Invoice.currency.in_(codes) for digits, codes in odd.items()},
        2: Invoice.currency.not_in(money.ZERO_DECIMAL | money.THREE_DECIMAL),
    }


def _plain(digits: str) -> str:
    """With a point before the decimals, whatever the country."""
    whole, mark, rest = digits.rpartition("," if digits.rfind(",") > digits.rfind(".") else ".")
    if mark and len(rest) != 3:
        return f"{whole.replace(',', '').replace('.', '')}.{rest}"
    return digits.replace(",", "").replace(".", "")


def _by_name(text: str) -> ColumnElement[bool]:
    name = normal(text)
    return or_(
        begins(Invoice.customer_name_norm, name), begins(Invoice.customer_company_norm, name)
    )


READERS = (_by_number, _by_credit_note, _by_order, _by_vat_id, _by_date, _by_amount, _by_name)


def _noted(where: ColumnElement[bool]) -> ColumnElement[bool]:
    return Invoice.id.in_(select(CreditNote.invoice_id).where(where))


def _within(first: date, end: date) -> ColumnElement[bool]:
    start, stop = (datetime(day.year, day.month, day.day, tzinfo=UTC) for day in (first, end))
    return and_(Invoice.issued_at >= start, Invoice.issued_at < stop)


def begins(column: InstrumentedAttribute[Any], text: str) -> ColumnElement[bool]:
    """By the column's index, which each database reads for another operator."""
    if session.get_bind().dialect.name == "sqlite":
        return and_(column >= text, column < text + LAST)
    return column.startswith(text, autoescape=True)
