"""A member of staff sees the shop as a customer does: to look, and never to act.

The browser stays signed in as who it was. On the pages of the shop the customer stands in for them;
in the back office they are themselves. While it lasts, nothing that writes is let through.
"""

import time
from typing import NamedTuple

import flask
from flask import g, request
from flask_login import current_user

from shop.accounts import audit
from shop.accounts.models import User
from shop.accounts.permissions import Permission, is_staff, may
from shop.db import SAFE_METHODS, session
from shop.errors import ShopError

KEY = "visit"
LONGEST = 30 * 60
"""Seconds; then the browser is its owner's again."""
BACK_OFFICE = "/admin"
END = "/admin/support/visit/end"
OWNERS_ALONE = ("/account/security", "/account/data")
"""What is there is not even for staff to look at, such as a second factor being set up."""


class Visit(NamedTuple):
    """The visit that this request is part of."""

    staff: User
    customer: User


class ReadOnly(ShopError):
    status = 403
    title = "You are only looking"
    message = "You see the shop as a customer. End that first: until then nothing can be changed."


class NotVisitable(ShopError):
    status = 403
    message = "The shop cannot be seen as somebody of the staff, or with an account that is closed."


def start(customer: User) -> None:
    """From the next request on.

    :raises NotVisitable: for accounts of staff, and for closed ones.
    """
    if not _is_visitable(customer):
        audit.note_refusal("customer.visit", f"customer:{customer.id}")
        raise NotVisitable
    audit.note("customer.visit", f"customer:{customer.id}")
    flask.session[KEY] = [customer.id, int(time.time())]


def end() -> int | None:
    """Whom it was to; None when there was none."""
    customer_id: int | None = flask.session.pop(KEY, (None, 0))[0]
    if customer_id is not None:
        audit.note("customer.visit_end", f"customer:{customer_id}")
    return customer_id


def stand_in(user: User) -> User:
    """Who `current_user` is on this page: the customer during a visit, else the user themselves."""
    if KEY not in flask.session or not may(user, Permission.HELP_CUSTOMERS):
        return user
    customer_id, since = flask.session[KEY]
    customer = session.get(User, customer_id) if since > time.time() - LONGEST else None
    if customer is None or not _is_visitable(customer):
        return user
    g.visit = Visit(user, customer)
    if request.path.startswith(BACK_OFFICE):
        return user
    g.refuses_writes = ReadOnly()  # `db.will_write` looks here: some pages write when they are read
    return customer


def current() -> Visit | None:
    visit: Visit | None = g.get("visit") if current_user.is_authenticated else None
    return visit


def guard() -> None:
    """Before every request.

    :raises ReadOnly: for what would write while a visit lasts; it is audited.
    """
    if KEY not in flask.session:
        return  # nobody is asked who it is
    is_harmless = request.method in SAFE_METHODS and not request.path.startswith(OWNERS_ALONE)
    if is_harmless or request.path == END or current() is None:
        return
    g.pop("refuses_writes", None)
    audit.note_refusal("visit.write", f"page:{request.path}", method=request.method)
    raise ReadOnly


def _is_visitable(customer: User) -> bool:
    return customer.is_active and not is_staff(customer)
