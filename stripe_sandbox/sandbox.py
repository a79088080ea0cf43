"""One running sandbox: its state and what works on it."""

import time
from collections import deque
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from stripe_sandbox import shapes
from stripe_sandbox.billing.rules import Rules
from stripe_sandbox.clocks import clock_of
from stripe_sandbox.errors import Json
from stripe_sandbox.http.faults import Faults
from stripe_sandbox.http.idempotency import KeysInUse
from stripe_sandbox.settings import Settings
from stripe_sandbox.store import Store
from stripe_sandbox.webhooks.mischief import Mischief


@dataclass
class Sandbox:
    settings: Settings
    store: Store
    faults: Faults = field(default_factory=Faults)
    keys_in_use: KeysInUse = field(default_factory=KeysInUse)
    mischief: Mischief = field(default_factory=Mischief)
    billing: Rules = field(default_factory=Rules)
    requests: deque[Json] = field(default_factory=lambda: deque(maxlen=1000))
    """The latest requests, for the inspector."""

    def now(self, value: Json | None = None) -> int:
        """The time; for an object, that of its customer's test clock."""
        clock = clock_of(self.store, value) if value else None
        return int(clock["frozen_time"] if clock else time.time())

    def today(self) -> date:
        return datetime.now(UTC).date()

    def new(self, kind: str, /, private: Json | None = None, **values: Any) -> Json:
        """A complete new object, kept."""
        value = shapes.blank(kind, **{"id": shapes.new_id(kind), **values})
        if "created" in value and "created" not in values:
            value["created"] = self.now(value)
        return self.store.add(value, **(private or {}))


def open_sandbox(settings: Settings) -> Sandbox:
    if settings.data:
        settings.data.mkdir(parents=True, exist_ok=True)
    file = settings.data / "stripe-sandbox.db" if settings.data else None
    return Sandbox(settings, Store(file))
