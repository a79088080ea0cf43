"""What fits several: parts of an address, names, companies, devices, the end of a key.

Each is looked for by an index, by what it begins with. In the middle of addresses and names only
the newest rows are looked at, so that the work stays bounded however many there are.
"""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, or_, select

from shop.accounts.models import User, normalize_email
from shop.admin.support import shapes
from shop.admin.support.exact import invoices, licenses
from shop.admin.support.matches import MOST, Match
from shop.billing.invoices.finding import begins
from shop.billing.invoices.models import Invoice, bare, normal
from shop.db import session
from shop.licenses import finding
from shop.licenses.models import Activation, License
from shop.orders.models import Order, OrderLine

NEWEST = 20_000


def by_email(text: str) -> Iterable[Match]:
    """The whole address, else what begins with it, else what has it in the middle."""
    typed = normalize_email(text)
    if len(typed) < shapes.FEWEST:
        return
    whole = list(_addresses(User.email_norm == typed, Order.email_norm == typed))
    yield from whole
    if whole and "@" in typed.strip("@"):
        return
    beginning = []
    if not typed.startswith("@"):
        where = begins(User.email_norm, typed), begins(Order.email_norm, typed)
        beginning = list(_addresses(*where))
    yield from beginning
    if len(beginning) < MOST:
        yield from _in_the_middle(typed)


def _addresses(of_user: ColumnElement[bool], of_order: ColumnElement[bool]) -> Iterable[Match]:
    for id, email in session.execute(select(User.id, User.email_norm).where(of_user).limit(MOST)):
        yield Match(f"Account {email}", id)
    query = select(Order.user_id, Order.email_norm).where(of_order).distinct().limit(MOST)
    for user_id, email in session.execute(query):
        yield Match(f"Ordered as {email}", user_id, email)


def _in_the_middle(typed: str) -> Iterable[Match]:
    users = _newest(User, User.id, User.email_norm, User.name)
    is_named = or_(*(users.c.name.ilike(f"{part}%", escape="\\") for part in _starts(typed)))
    fits = or_(users.c.email_norm.contains(typed, autoescape=True), is_named)
    for id, email, _name in session.execute(select(users).where(fits).limit(MOST)):
        yield Match(f"Account {email}", id)
    orders = _newest(Order, Order.user_id, Order.email_norm)
    has_it = orders.c.email_norm.contains(typed, autoescape=True)
    for user_id, email in session.execute(select(orders).where(has_it).distinct().limit(MOST)):
        yield Match(f"Ordered as {email}", user_id, email)


def _starts(typed: str) -> tuple[str, str]:
    """What a name begins with, and what its last part does."""
    plain = typed.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return plain, f"% {plain}"


def _newest(model: type[User | Order], *columns: Any) -> Any:
    return select(*columns).order_by(model.id.desc()).limit(NEWEST).subquery()


def by_name(text: str) -> Iterable[Match]:
    """The beginning of a name or company on an invoice; a VAT id whole."""
    name, id = normal(text), bare(text)
    if len(name) < shapes.FEWEST:
        return
    yield from invoices(begins(Invoice.customer_company_norm, name), f"Company like {text}")
    yield from invoices(begins(Invoice.customer_name_norm, name), f"Name like {text}")
    if sum(letter.isdecimal() for letter in id) >= 5:
        yield from invoices(Invoice.vat_id == id, f"VAT id {id}")


def by_key_end(text: str) -> Iterable[Match]:
    if not shapes.is_key_end(text):
        return []
    return licenses(finding.by_key(text), "License")


def by_device(text: str) -> Iterable[Match]:
    """A device's name as its beginning, or its fingerprint whole."""
    if len(text) < shapes.FEWEST:
        return
    named = [begins(Activation.name, spelling) for spelling in shapes.spellings(text)]
    query = (
        select(Activation.name, License.id, License.user_id, Order.email_norm)
        .join(License, License.id == Activation.license_id)
        .outerjoin(OrderLine, OrderLine.id == License.order_line_id)
        .outerjoin(Order, Order.id == OrderLine.order_id)
        .where(or_(Activation.fingerprint == text, *named))
        .order_by(Activation.id.desc())
        .limit(MOST)
    )
    for name, id, user_id, email in session.execute(query):
        reason = f"Device {name or text}"
        yield Match(reason, user_id, email or "", f"license:{id}")
