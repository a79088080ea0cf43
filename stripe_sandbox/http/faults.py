"""Failures on demand: what the network and Stripe's own trouble look like to a caller."""

import re
import threading
from dataclasses import asdict, dataclass
from typing import Literal

from stripe_sandbox.errors import Json

Kind = Literal["500", "429", "409", "hang", "drop"]
When = Literal["before", "after"]


@dataclass
class Fault:
    """Hits the next `times` requests of this method whose path matches the pattern."""

    kind: Kind
    path: str = ".*"
    method: str = "*"
    when: When = "before"
    times: int = 1
    delay: float = 0
    """Seconds; a hang without a delay lasts 30."""
    remembered: bool = False
    """Keep the failure as the answer of its Idempotency-Key, as Stripe does for its own 500."""

    def matches(self, when: When, method: str, path: str) -> bool:
        return (
            self.times > 0
            and self.when == when
            and self.method.upper() in ("*", method)
            and re.search(self.path, path) is not None
        )


class Faults:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._rules: list[Fault] = []

    def add(self, fault: Fault) -> None:
        re.compile(fault.path)
        with self._lock:
            self._rules.append(fault)

    def take(self, when: When, method: str, path: str) -> Fault | None:
        """The first rule that hits this request; it counts down."""
        with self._lock:
            for fault in self._rules:
                if fault.matches(when, method, path):
                    fault.times -= 1
                    return fault
        return None

    def clear(self) -> None:
        with self._lock:
            self._rules.clear()

    def as_json(self) -> list[Json]:
        with self._lock:
            return [asdict(fault) for fault in self._rules]
