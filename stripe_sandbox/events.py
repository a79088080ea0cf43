"""What happened, as Stripe tells it: kept as objects and sent to the endpoints that want them."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from stripe_sandbox.conform import check_object
from stripe_sandbox.errors import Json
from stripe_sandbox.sandbox import Sandbox
from stripe_sandbox.settings import API_VERSION
from stripe_sandbox.store import NonConforming
from stripe_sandbox.webhooks import deliveries

NO_CAUSE: Json = {"id": None, "idempotency_key": None}
_cause: ContextVar[Json] = ContextVar("cause", default=NO_CAUSE)


@contextmanager
def caused_by(request_id: str, idempotency_key: str | None) -> Iterator[None]:
    """Events emitted inside name this request."""
    token = _cause.set({"id": request_id, "idempotency_key": idempotency_key})
    try:
        yield
    finally:
        _cause.reset(token)


def emit(box: Sandbox, kind: str, value: Json, previous: Json | None = None) -> Json:
    """Record an event with a snapshot of the object as it is now."""
    if problems := check_object(value):
        raise NonConforming(problems)
    data: Json = {"object": json.loads(json.dumps(value))}
    if previous is not None:
        data["previous_attributes"] = previous
    endpoints = deliveries.endpoints_for(box, kind)
    event = box.new(
        "event",
        created=box.now(value),
        type=kind,
        data=data,
        api_version=API_VERSION,
        pending_webhooks=len(endpoints),
        request=_cause.get(),
    )
    deliveries.schedule(box, event, endpoints)
    return event


@contextmanager
def updating(box: Sandbox, kind: str, value: Json) -> Iterator[Json]:
    """Emit an event afterwards that tells what changed inside; none when nothing did."""
    before: Json = json.loads(json.dumps(value))
    yield value
    previous = _difference(before, value)
    if previous:
        emit(box, kind, value, previous)


def _difference(before: Json, after: Json) -> Json:
    """The old values of what changed; within hashes, of the changed keys only."""
    found: Json = {}
    for key in before.keys() | after.keys():
        old, new = before.get(key), after.get(key)
        if old == new:
            continue
        if isinstance(old, dict) and isinstance(new, dict):
            found[key] = _difference(old, new)
        else:
            found[key] = old
    return found
