"""Two people at one record: the form carries a digest of what it showed."""

import json
from hashlib import sha256
from typing import Any

from wtforms import Field, Form

from shop.db import session


def lock(record: Any) -> None:
    """Nobody else writes the record until this request has ended; it is as they left it."""
    session.refresh(record, with_for_update=True)


def digest(form: Form) -> str:
    """Of all values that a form shows."""
    text = json.dumps(form.data, sort_keys=True, default=str)
    return sha256(text.encode()).hexdigest()[:24]


def differences(typed: Form, now: Form) -> list[tuple[str, str]]:
    """Label and present value of the fields in which the record is not as it was typed."""
    return [
        (field.label.text, _shown(now[field.name]))
        for field in typed
        if field.name in now and now[field.name].data != field.data
    ]


def _shown(field: Field) -> str:
    """As the form shows it."""
    value = field._value() if hasattr(field, "_value") else field.data  # noqa: SLF001  so widgets do
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return "" if value is None else str(value)
