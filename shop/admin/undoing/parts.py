"""The states of what an act changed, as text: what they were, and how to know what they became."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

MOMENT = "$moment"


@dataclass(frozen=True)
class Part:
    """One thing that an act changed."""

    key: str
    before: Any
    after: str
    """The digest of what it became."""


def write(parts: Iterable[Part]) -> str:
    return json.dumps([asdict(part) for part in parts], default=_plain)


def read(text: str) -> list[Part]:
    return [Part(**part) for part in json.loads(text, object_hook=_revived)]


def digest(state: Any) -> str:
    """The same for a state and for what `read` makes of it."""
    text = json.dumps(state, sort_keys=True, default=_plain)
    return sha256(text.encode()).hexdigest()[:24]


def _plain(value: Any) -> Any:
    return {MOMENT: value.isoformat()} if isinstance(value, datetime) else str(value)


def _revived(found: dict[str, Any]) -> Any:
    return datetime.fromisoformat(found[MOMENT]) if MOMENT in found else found
