"""Stripe's side of the books, copied into temporary tables beside ours."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import stripe
from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Integer,
    MetaData,
    Table,
    Text,
    bindparam,
    text,
)

from shop import db
from shop.billing import mirror
from shop.billing.gateway import stripe_call
from shop.billing.inbox import HANDLERS
from shop.db import UtcDateTime

METADATA = MetaData()


def _table(name: str, *columns: Column[Any]) -> Table:
    return Table(name, METADATA, Column("id", Text), *columns, prefixes=["TEMPORARY"])


INTENTS = _table(
    "at_stripe_intents",
    Column("payment_id", BigInteger),
    Column("status", Text),
    Column("received", BigInteger),
)
CHECKOUTS = _table("at_stripe_checkouts", Column("payment_id", BigInteger), Column("status", Text))
REFUNDS = _table(
    "at_stripe_refunds",
    Column("intent_id", Text),
    Column("status", Text),
    Column("amount", BigInteger),
)
EVENTS = _table(
    "at_stripe_events",
    Column("type", Text),
    Column("is_handled", Integer),
    Column("is_acknowledged", Integer),
)

ORDERS = Table(
    "at_stripe_orders",
    METADATA,
    Column("id", BigInteger),
    Column("received", BigInteger),
    Column("returned", BigInteger),
    prefixes=["TEMPORARY"],
)
"""Every order of ours in this time, by our id, with what Stripe has for it."""
SUM_UP = text("""
    INSERT INTO at_stripe_orders (id, received, returned)
    SELECT o.id, COALESCE(SUM(s.received), 0), COALESCE(SUM(
      (SELECT SUM(r.amount) FROM at_stripe_refunds r
       WHERE r.intent_id = s.id AND r.status NOT IN ('failed', 'canceled'))), 0)
    FROM orders o
    LEFT JOIN payments p ON p.order_id = o.id
    LEFT JOIN at_stripe_intents s ON s.payment_id = p.id
    WHERE o.placed_at >= :since
    GROUP BY o.id
    """).bindparams(bindparam("since", type_=UtcDateTime))

Rows = list[dict[str, Any]]


@dataclass(frozen=True)
class Books:
    """What was made at Stripe since a moment."""

    since: datetime
    rows: Mapping[Table, Rows]

    def write(self, connection: Connection) -> None:
        """Into tables that are gone with the transaction, if it is rolled back."""
        METADATA.create_all(connection, checkfirst=False)
        for table, rows in self.rows.items():
            if rows:
                connection.execute(table.insert(), rows)
        connection.execute(SUM_UP, {"since": self.since})


def read(since: datetime) -> Books:
    """Page through everything made since then. Commits, because it leaves the house."""
    since = since.replace(microsecond=0)  # Stripe's clock has whole seconds
    params: Any = {"created": {"gte": int(since.timestamp())}, "limit": 100}
    db.commit()
    with stripe_call() as client:
        v1 = client.v1
        return Books(
            since,
            {
                INTENTS: [_intent(x) for x in v1.payment_intents.list(params).auto_paging_iter()],
                CHECKOUTS: [
                    _checkout(x) for x in v1.checkout.sessions.list(params).auto_paging_iter()
                ],
                REFUNDS: [_refund(x) for x in v1.refunds.list(params).auto_paging_iter()],
                EVENTS: [_event(x) for x in v1.events.list(params).auto_paging_iter()],
            },
        )


def _intent(intent: stripe.PaymentIntent) -> dict[str, Any]:
    return {
        "id": intent.id,
        "payment_id": _payment_in(intent.metadata),
        "status": intent.status,
        "received": intent.amount_received,
    }


def _checkout(checkout: stripe.checkout.Session) -> dict[str, Any]:
    return {
        "id": checkout.id,
        "payment_id": _payment_in(checkout.metadata),
        "status": checkout.status,
    }


def _refund(refund: stripe.Refund) -> dict[str, Any]:
    return {
        "id": refund.id,
        "intent_id": str(refund.payment_intent),
        "status": refund.status,
        "amount": refund.amount,
    }


def _event(event: stripe.Event) -> dict[str, Any]:
    return {
        "id": event.id,
        "type": event.type,
        "is_handled": int(event.type in HANDLERS),
        "is_acknowledged": int(not event.pending_webhooks),
    }


def _payment_in(metadata: Any) -> int | None:
    name = metadata[mirror.OURS] if metadata and mirror.OURS in metadata else ""
    return int(name) if name.isdecimal() and len(name) < 19 else None
