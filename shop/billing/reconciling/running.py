"""Compare, repair, and write down what was found."""

import json
from datetime import datetime, timedelta
from typing import Any

import stripe
from sqlalchemy import update

from shop import db
from shop.billing import inbox, webhook
from shop.billing.gateway import stripe_call
from shop.billing.reconciling.models import Reconciliation
from shop.billing.reconciling.sides import MOST, SIDES, Side, State, Theirs
from shop.db import session, utcnow
from shop.errors import ShopError
from shop.logs import log

WINDOW = timedelta(days=3)
"""Stripe gives up a delivery after as long."""
FARTHEST = timedelta(days=30)
"""Stripe keeps events for as long."""


def run(window: timedelta = WINDOW) -> Reconciliation:
    """Bring everything of the window up to date; commits.

    :raises StripeUnavailable: when Stripe does not answer; what was repaired so far stays.
    """
    report = Reconciliation(since=utcnow() - min(window, FARTHEST))
    session.add(report)
    session.flush()  # its id, for the end of it
    report_id, since = report.id, report.since
    db.commit()
    events = _hear(since)
    compared, found = 0, []
    for side in SIDES:
        theirs = side.read(since)
        compared += len(theirs)
        found += _compare(side, theirs)
    row = update(Reconciliation).where(Reconciliation.id == report_id)
    session.execute(
        row.values(events=events, compared=compared, differences=found, finished_at=utcnow())
    )
    db.commit()
    return session.get_one(Reconciliation, report_id)


def _hear(since: datetime) -> int:
    """Take in the events that Stripe could not deliver, and handle them as if it had."""
    new: dict[tuple[inbox.Handler, str], list[int]] = {}
    for event in _undelivered(since):
        event_id = webhook.keep(event, json.dumps(event).encode())
        if event_id is not None:
            about = (inbox.HANDLERS[event["type"]], event["data"]["object"].get("id", ""))
            new.setdefault(about, []).append(event_id)
    db.commit()
    for alike in new.values():
        inbox.process_alike(alike)
    return sum(map(len, new.values()))


def _undelivered(since: datetime) -> list[dict[str, Any]]:
    """Oldest first."""
    params: stripe.params.EventListParams = {
        "delivery_success": False,
        "created": {"gte": int(since.timestamp())},
        "limit": MOST,
    }
    db.commit()
    with stripe_call() as client:
        found = list(client.v1.events.list(params).auto_paging_iter())
    return [one.to_dict(for_json=True) for one in reversed(found) if one.type in inbox.HANDLERS]


def _compare(side: Side, theirs: list[Theirs]) -> list[dict[str, Any]]:
    found = []
    for one in theirs:
        before = side.here(one.id)
        if before != one.state and (difference := _repair(side, one, before)):
            found.append(difference)
    db.commit()
    return found


def _repair(side: Side, theirs: Theirs, before: State | None) -> dict[str, Any] | None:
    """What was different; None when it is of another shop at our Stripe account."""
    difference = {"kind": side.kind, "id": theirs.id, "here": _plain(before)}
    difference["at_stripe"] = _plain(theirs.state)
    try:
        side.repair(theirs.id)
        db.commit()
    except ShopError as error:
        db.rollback()
        log.warning("not reconciled", kind=side.kind, id=theirs.id, error=type(error).__name__)
        return difference | {"repaired": False, "error": str(error)}
    after = side.here(theirs.id)
    return difference | {"repaired": after == theirs.state} if after else None


def _plain(state: State | None) -> list[Any] | None:
    return None if state is None else [str(value) for value in state]
