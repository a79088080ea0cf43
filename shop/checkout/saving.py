"""Writing a session down by one plain statement.

A step changes one row. Finding out which by comparing all that is loaded costs three times as much.
"""

from typing import Any, cast

from sqlalchemy import Table, Update, bindparam
from sqlalchemy.orm.attributes import set_committed_value

from shop.checkout.models import CheckoutSession, CheckoutStatus
from shop.db import session

_SESSIONS = cast("Table", CheckoutSession.__table__)
_SAVE = _SESSIONS.update().where(_SESSIONS.c.id == bindparam("session_id"))
_FREEZE = _SAVE.where(_SESSIONS.c.status == CheckoutStatus.OPEN)


def save(checkout: CheckoutSession, **filled: Any) -> None:
    """What a step has filled in."""
    changed = {name: value for name, value in filled.items() if getattr(checkout, name) != value}
    if changed:
        _write(_SAVE, checkout, changed)


def freeze(checkout: CheckoutSession, **values: Any) -> bool:
    """Let it wait for its payment; False when it is not open any more."""
    return _write(_FREEZE, checkout, {"status": CheckoutStatus.AWAITING_PAYMENT, **values})


def _write(statement: Update, checkout: CheckoutSession, values: dict[str, Any]) -> bool:
    """The loaded session shows the values too."""
    connection = session.connection({"clause": statement})
    written = connection.execute(statement, {"session_id": checkout.id, **values})
    if not written.rowcount:
        return False
    for name, value in values.items():
        set_committed_value(checkout, name, value)
    return True
