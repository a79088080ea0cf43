"""Whose time an object lives in: the test clock of its customer, or the wall clock."""

from stripe_sandbox.errors import Json
from stripe_sandbox.store import Store

# Fields that lead from an object towards its customer.
LINKS = ("customer", "subscription", "invoice", "charge", "source", "payment_intent")


def clock_of(store: Store, value: Json) -> Json | None:
    """The test clock; None when the object lives in real time."""
    if value.get("object") == "test_helpers.test_clock":
        return None
    if id := value.get("test_clock"):
        return store.get(id)
    for name in LINKS:
        id = value.get(name)
        owner = store.get(id) if isinstance(id, str) else None
        if owner:
            return clock_of(store, owner)
    return None
