"""What would be billed: the real thing is done, looked at, and undone."""

import json
from collections.abc import Callable

from stripe_sandbox.errors import Json
from stripe_sandbox.sandbox import Sandbox
from stripe_sandbox.shapes import random_text


def foresee(box: Sandbox, bill: Callable[[], Json]) -> Json:
    """The invoice that `bill` would make; nothing else remains of it."""
    with box.store.rehearsal():
        invoice: Json = json.loads(json.dumps(bill()))
    id = f"upcoming_in_1{random_text(23)}"
    text = json.dumps(invoice).replace(invoice["id"], id)
    shown: Json = json.loads(text)
    shown["automatically_finalizes_at"] = None
    return shown
