"""One thing at Stripe, looked at again because somebody asks about it."""

import json
from dataclasses import dataclass

from shop import db
from shop.billing import inbox, webhook
from shop.billing.gateway import Missing, stripe_call
from shop.billing.reconciling.sides import SIDES, Side, State
from shop.errors import BadInput, NotFound

KINDS = {
    "cs": "checkout",
    "pi": "payment",
    "re": "refund",
    "pyr": "refund",
    "du": "dispute",
    "dp": "dispute",
    "sub": "subscription",
    "in": "invoice",
    "cn": "credit note",
}
FIELDS = {
    "checkout": ("paid",),
    "payment": ("status", "received"),
    "refund": ("status", "amount"),
    "dispute": ("status", "amount"),
    "subscription": ("status", "seats", "period end", "end", "card"),
    "invoice": ("status", "number", "total", "paid"),
    "credit note": ("status", "number", "total"),
}
"""What a side compares, in its order."""


@dataclass(frozen=True)
class Resynced:
    kind: str
    id: str
    before: State | None
    """None when we did not have it."""
    after: State | None
    """None when it is not of this shop."""

    @property
    def changes(self) -> list[str]:
        """Such as `status: processing → succeeded`."""
        old = self.before or tuple(None for _ in FIELDS[self.kind])
        rows = zip(FIELDS[self.kind], old, self.after or old, strict=True)
        return [f"{name}: {_shown(was)} → {_shown(now)}" for name, was, now in rows if was != now]

    @property
    def told(self) -> str:
        if self.after is None:
            return f"Nothing of this shop is called {self.id} at Stripe."
        if not self.changes:
            return f"The {self.kind} {self.id} was up to date."
        return f"The {self.kind} {self.id} follows Stripe again. {', '.join(self.changes)}."


def resync(stripe_id: str) -> Resynced:
    """Follow Stripe in this one thing; commits.

    :raises BadInput: when it is of a kind that we do not follow.
    :raises NotFound: when Stripe does not have it.
    :raises StripeUnavailable: when Stripe does not answer; nothing was changed then.
    """
    prefix = stripe_id.partition("_")[0]
    try:
        if prefix in {"ch", "py"}:
            return resync(_intent_of(stripe_id))
        if prefix == "evt":
            return resync(_hear(stripe_id))
        return _follow(_side(prefix), stripe_id)
    except Missing:
        raise NotFound(f"Stripe does not know {stripe_id} either.") from None


def _side(prefix: str) -> Side:
    for side in SIDES:
        if side.kind == KINDS.get(prefix):
            return side
    raise BadInput("Nothing of this kind is followed. Name what it belongs to, such as a payment.")


def _follow(side: Side, stripe_id: str) -> Resynced:
    before = side.here(stripe_id)
    side.repair(stripe_id)
    db.commit()
    return Resynced(side.kind, stripe_id, before, side.here(stripe_id))


def _intent_of(charge_id: str) -> str:
    db.commit()
    with stripe_call() as client:
        intent = client.v1.charges.retrieve(charge_id).payment_intent
    if not isinstance(intent, str):
        raise BadInput("No payment of ours belongs to this charge.")
    return intent


def _hear(event_id: str) -> str:
    """Take the event in, as if it had just arrived; what it is about."""
    db.commit()
    with stripe_call() as client:
        event = client.v1.events.retrieve(event_id).to_dict(for_json=True)
    row_id = (
        webhook.keep(event, json.dumps(event).encode()) if event["type"] in inbox.HANDLERS else None
    )
    db.commit()
    if row_id is not None:
        inbox.process(row_id)
    return str(event["data"]["object"].get("id") or "")


def _shown(value: object) -> str:
    return "nothing" if value in {None, ""} else str(value)
