"""Who is signed in: by a session cookie with a row behind it, or by a bearer token.

The cookie alone would stay good after signing out, because all of it lives in the browser. It
holds a random token whose row `sign_out` deletes, and the epoch that `User.end_sessions` raises.
"""

from datetime import timedelta
from functools import partial
from typing import Any

import flask
from flask import Flask, Request, g, request
from flask_login import LoginManager, login_user, logout_user
from sqlalchemy import Executable, delete, select, update
from sqlalchemy.exc import OperationalError

from shop import api, db, events
from shop.accounts import links, tokens
from shop.accounts.models import ApiToken, Purpose, Role, SignInSession, User
from shop.db import session, utcnow
from shop.errors import ShopError

LIFETIME = timedelta(days=30)
STAFF_LIFETIME = timedelta(hours=12)
NOTED_EVERY = timedelta(hours=1)


class BadToken(ShopError):
    status = 401
    title = "Please sign in first"
    message = "This bearer token is unknown or was revoked."


def init_app(app: Flask) -> None:
    app.config["PERMANENT_SESSION_LIFETIME"] = LIFETIME
    app.config["SESSION_REFRESH_EACH_REQUEST"] = False
    manager = LoginManager(app)
    manager.session_protection = None  # phones change their address; the row is what counts
    manager.user_loader(load_user)
    manager.request_loader(load_token_user)


def sign_in(user: User) -> None:
    """Start a new session for this person; nothing of the visitor's old one is kept."""
    flask.session.clear()
    _forget_expired(user)
    secret = tokens.make_secret()
    session.add(SignInSession(user_id=user.id, token_hash=tokens.digest(secret)))
    flask.session["sign_in"] = secret
    flask.session.permanent = True
    login_user(user)
    links.forget(user.id, Purpose.RESET)  # the password is known after all
    events.publish(events.SignedIn(user.id))
    if user.email_verified_at:
        events.publish(events.AddressVerified(user.id))


def sign_out() -> None:
    """End this session, here and for whoever has a copy of its cookie."""
    secret = flask.session.get("sign_in", "")
    session.execute(delete(SignInSession).where(SignInSession.token_hash == tokens.digest(secret)))
    logout_user()
    flask.session.clear()


def load_user(cookie_id: str) -> User | None:
    if _bearer(request):
        return None  # an API call acts for the token's owner, whatever cookie comes along
    secret = flask.session.get("sign_in", "")
    found = _ask(
        select(User, SignInSession.created_at)
        .join(SignInSession, SignInSession.user_id == User.id)
        .where(SignInSession.token_hash == tokens.digest(secret), User.is_active)
    )
    if found is None:
        return None
    user, since = found[0], found[1]
    lifetime = LIFETIME if user.role == Role.CUSTOMER else STAFF_LIFETIME
    return user if user.get_id() == cookie_id and since > utcnow() - lifetime else None


def load_token_user(request: Request) -> User | None:
    """:raises BadToken: rather than answering an API call as if nobody had asked."""
    secret = _bearer(request)
    if not secret:
        return None
    found = _ask(tokens.owner(secret))
    if found is None:
        raise BadToken
    user: User = found[0]
    token: ApiToken = found[1]
    if token.last_used_at is None or token.last_used_at < utcnow() - NOTED_EVERY:
        db.after_commit(partial(_note_use, token.id))
    return user


def _bearer(request: Request) -> str:
    """The bearer token of an API call; pages do not take any."""
    scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
    return secret.strip() if scheme == "Bearer" and api.is_api_request() else ""


def _ask(query: Executable) -> Any:
    """The one row, or None.

    With the database away the first question fails the request; its error page asks again, and is
    drawn as for a visitor.
    """
    if "who_is_unknown" in g:
        return None
    try:
        return session.execute(query).one_or_none()
    except OperationalError:
        g.who_is_unknown = True
        raise


def _note_use(token_id: int) -> None:
    """After the request, which may have been a GET: those hold no write lock."""
    db.will_write()
    used = update(ApiToken).where(ApiToken.id == token_id).values(last_used_at=utcnow())
    session.execute(used)
    db.commit()


def _forget_expired(user: User) -> None:
    expired = SignInSession.created_at < utcnow() - LIFETIME
    session.execute(delete(SignInSession).where(SignInSession.user_id == user.id, expired))
