"""The page of one order: what it shows."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_login import current_user
from markupsafe import Markup

from shop.accounts.permissions import Permission, may
from shop.admin import cells
from shop.admin.orders import kinds, looking
from shop.admin.orders.desk import NoteForm, ReasonForm
from shop.billing import dashboard
from shop.checkout import addresses, correcting
from shop.money import show
from shop.orders import acts, attention, lifecycle, mails
from shop.orders.models import Order, TimelineEntry
from shop.orders.timeline import NOTE

UNFOLDED = 8
"""So many entries of the timeline are shown at once."""
ROWS = frozenset({"payment", "refund", "dispute", "shipment", "line"})
"""Ids that mean nothing to who reads the page."""
ENTRY_KINDS = {
    "paid": "good",
    "attention": "warn",
    "payment_failed": "bad",
    "dispute": "bad",
    NOTE: "info",
}


@dataclass(frozen=True)
class Can:
    """What who looks may do; each act asks again."""

    handle: bool
    refund: bool


@dataclass(frozen=True)
class Moment:
    """An entry of the timeline, for staff."""

    at: datetime
    title: str
    note: str
    kind: str


def about(order: Order) -> dict[str, Any]:
    """All that the template shows."""
    money, invoice = looking.money_of(order)
    moments = [_moment(order, entry) for entry in looking.entries_of(order)]
    return {
        "order": order,
        "states": states(order),
        "rows": slip_rows(order),
        "money": money,
        "shipments": looking.shipments_of(order),
        "to_send": sum(line.to_send for line in order.lines) if order.is_paid else 0,
        "opened": looking.opened_by(order),
        "invoice": invoice,
        "mails": looking.mails_of(order),
        "dead_events": looking.dead_events_of(money),
        "moments": moments[:UNFOLDED],
        "older": moments[UNFOLDED:],
        "billing": lines_of(order.billing_address),
        "shipping": lines_of(order.shipping_address),
        "cure": attention.cure_of(order),
        "reason_form": ReasonForm(),
        "is_open": order.payment_state in lifecycle.OPEN,
        "may_move": correcting.may_move(order),
        "note_form": NoteForm(),
        "token": acts.new_token(),
        "can": Can(
            handle=may(current_user, Permission.HANDLE_ORDERS),
            refund=may(current_user, Permission.REFUND),
        ),
        "kinds": kinds,
        "dashboard_url": dashboard.url_of,
    }


def states(order: Order) -> list[Markup]:
    return [
        cells.pill(kinds.PAYMENT_KINDS[order.payment_state], cells.words(order.payment_state)),
        cells.pill(
            kinds.FULFILMENT_KINDS[order.fulfilment_state], cells.words(order.fulfilment_state)
        ),
    ]


def slip_rows(order: Order) -> list[tuple[str, str]]:
    """Also what came in and went back."""
    paid, refunded = show(order.paid, order.currency), show(order.refunded, order.currency)
    total = show(order.total, order.currency)
    return [*mails.slip_rows(order), ("Total", total), ("Paid", paid), ("Refunded", refunded)]


def lines_of(address: dict[str, str] | None) -> list[str]:
    """Of an address that may be empty, or have no country."""
    if not address or not any(address.values()):
        return []
    if not address.get("country"):  # Stripe's page told none that we know
        return [text for text in address.values() if text]
    return addresses.lines_of(address)


def _moment(order: Order, entry: TimelineEntry) -> Moment:
    told = [
        f"{name}: {_shown(order, name, value)}"
        for name, value in entry.data.items()
        if value not in (None, "") and name not in ROWS
    ]
    who = [] if entry.actor == "system" else [entry.actor]
    note = " · ".join([*who, *told])
    return Moment(entry.created_at, entry.text, note, ENTRY_KINDS.get(entry.kind, ""))


def _shown(order: Order, name: str, value: object) -> str:
    if name == "amount" and isinstance(value, int):
        return show(value, order.currency)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value).replace("_", " ") if name == "status" else str(value)
