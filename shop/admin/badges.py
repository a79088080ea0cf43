"""The counts in the menu: what waits for somebody, asked in one question a page."""

from collections.abc import Mapping
from types import MappingProxyType

from flask import g, request
from sqlalchemy import func, select

from shop.admin import gate
from shop.billing.models import StripeEvent
from shop.db import session
from shop.leases import State
from shop.orders.models import Order

COUNTED = MappingProxyType(
    {
        "admin_orders": select(func.count()).where(Order.attention > ""),
        "admin_events": select(func.count()).where(StripeEvent.state == State.DEAD),
    }
)
"""By the view whose place in the menu has the count."""
WORDS = MappingProxyType({"admin_orders": "need a hand", "admin_events": "are dead"})


def count() -> None:
    """Before a page of the back office, after its gate; the menu finds them in `g`."""
    is_page = request.method == "GET" and not str(request.endpoint).endswith((".export", ".csv"))
    if is_page and gate.is_back_office(request.path):
        g.badges = counts()


def counts() -> Mapping[str, tuple[int, str]]:
    """How many, and what that means in words; nothing where there are none."""
    row = session.execute(select(*(one.scalar_subquery() for one in COUNTED.values()))).one()
    return {
        view: (number, WORDS[view]) for view, number in zip(COUNTED, row, strict=True) if number
    }
