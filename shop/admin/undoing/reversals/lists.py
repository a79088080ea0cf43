"""Views of lists that somebody keeps under a name."""

from flask_login import current_user
from sqlalchemy import select

from shop.admin.models import SavedView
from shop.admin.undoing.reversal import Reversal
from shop.db import session
from shop.errors import NotFound


def key_of(view: str, name: str) -> str:
    """Of who is signed in."""
    return f"{current_user.id}:{view}:{name}"


def _find(key: str) -> SavedView | None:
    """
    :raises NotFound: when it is another person's.
    """
    user_id, view, name = key.split(":", 2)
    if user_id != str(current_user.id):
        raise NotFound
    mine = select(SavedView).filter_by(user_id=current_user.id, view=view, name=name)
    return session.scalar(mine.with_for_update())


def _query(key: str) -> str | None:
    found = _find(key)
    return found.query if found else None


def _keep(key: str, before: str | None) -> None:
    found = _find(key)
    if before is None:
        session.delete(found)
    elif found is None:
        _, view, name = key.split(":", 2)
        session.add(SavedView(user_id=current_user.id, view=view, name=name, query=before))
    else:
        found.query = before


VIEW = Reversal(_query, _keep, lambda key: f"view:{key.split(':', 1)[1]}")
