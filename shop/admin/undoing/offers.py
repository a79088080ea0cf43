"""The notice that says what was done, with a button that takes it back."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask import flash, redirect, render_template
from flask_login import current_user
from markupsafe import Markup
from sqlalchemy import delete
from werkzeug.wrappers import Response

from shop.admin.models import UndoOffer
from shop.admin.undoing import parts, table
from shop.admin.undoing.parts import Part
from shop.db import session, utcnow

LASTS = timedelta(hours=1)


@dataclass(frozen=True)
class Watch:
    """What an act is about to change."""

    act: str
    before: Mapping[str, Any]

    def answer(self, said: str, url: str) -> Response:
        """Say what was done, offer to undo it, and lead there."""
        session.flush()  # what is looked at may be read anew
        reversal = table.reversal_of(self.act)
        offer(self.act, {k: (was, reversal.look(k)) for k, was in self.before.items()}, said, url)
        return redirect(url, 303)


def watch(act: str, *keys: str) -> Watch:
    """Before it is done."""
    reversal = table.reversal_of(act)
    return Watch(act, {key: reversal.look(key) for key in keys})


def offer(act: str, changes: Mapping[str, tuple[Any, Any]], said: str, url: str) -> None:
    """Flash what was done, with the button if anything was.

    :param changes: by key, what it was and what it is now.
    """
    found = [Part(key, was, parts.digest(now)) for key, (was, now) in changes.items()]
    found = [part for part in found if parts.digest(part.before) != part.after]
    if not found:
        flash(said, "good")
        return
    session.execute(delete(UndoOffer).where(UndoOffer.created_at < utcnow() - LASTS))
    made = UndoOffer(user_id=current_user.id, act=act, url=url, parts=parts.write(found))
    session.add(made)
    session.flush()  # the button needs its token
    page = render_template("admin/_undo.html", said=said, offer=made)
    flash(Markup(page), "good")  # noqa: S704  ours
