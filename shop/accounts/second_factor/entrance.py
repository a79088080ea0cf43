"""Between the password and the session.

Who has a second factor waits here. All there is of them is a note in this browser's cookie, which
is signed, is good for minutes, and opens nothing but the page that asks for the code.
"""

from datetime import timedelta

import flask
from flask import redirect, url_for
from werkzeug.wrappers import Response

from shop.accounts import people, sessions
from shop.accounts.models import User
from shop.accounts.second_factor import factors
from shop.db import session, utcnow

PATIENCE = timedelta(minutes=10)


def let_in(user: User, after: str) -> Response:
    """Start a session and go on, or ask for the second factor first; the password was right."""
    if not factors.is_set(user):
        sessions.sign_in(user)
        return redirect(after, 303)
    flask.session.clear()
    until = (utcnow() + PATIENCE).timestamp()
    flask.session["waiting"] = {"who": user.get_id(), "until": until, "next": after}
    return redirect(url_for("accounts.second_factor_entrance.show"), 303)


def waiting() -> tuple[User, str] | None:
    """Who waits in this browser, and the page to go on with.

    Nobody after a few minutes, nor once their password was changed or their account closed.
    """
    note = flask.session.get("waiting")
    if note is None or note["until"] < utcnow().timestamp():
        return None
    user = session.get(User, int(note["who"].partition(":")[0]))
    if user is None or user.get_id() != note["who"] or not people.is_welcome(user):
        return None
    return user, note["next"]
