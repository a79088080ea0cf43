"""Records that a form changed: their form as it was is saved once more."""

from typing import Any

from flask import current_app
from sqlalchemy.exc import NoResultFound

from shop.admin import seen
from shop.admin.undoing.reversal import CannotComeBack, Reversal


def key_of(view: Any, record: Any) -> str:
    """Such as `admin_tax:17`."""
    return f"{view.endpoint}:{record.id}"


def _found(key: str) -> tuple[Any, Any]:
    endpoint, _, id = key.partition(":")
    (admin,) = current_app.extensions["admin"]
    view = next(view for view in admin._views if view.endpoint == endpoint)  # noqa: SLF001
    return view, view.get_one(id)


def look(key: str) -> Any:
    """What the form shows; None for a record that was deleted."""
    view, record = _found(key)
    if record is None:
        return None
    seen.lock(record)
    return view.form_of(record).data


def put(key: str, before: Any) -> None:
    view, record = _found(key)
    form = view.form(None, data=before)
    try:
        is_done = view.change(form, record)
    except NoResultFound as error:
        raise CannotComeBack from error
    if not is_done:
        raise CannotComeBack


def subject(key: str) -> str:
    view, record = _found(key)
    return f"{view.title}:{record.id}"


RECORD = Reversal(look, put, subject)
