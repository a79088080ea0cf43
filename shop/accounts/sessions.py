"""Who is signed in: by a session cookie with a row behind it, or by a bearer token.

The cookie alone would stay good after signing out, because all of it lives in the browser. It
holds a random token whose row `sign_out` deletes, and the epoch that `User.end_sessions` raises.
"""

from datetime import datetime, timedelta
from functools import partial
from typing import Any, NamedTuple

import flask
from flask import Flask, Request, g, request
from flask_login import LoginManager, current_user, login_user, logout_user
from sqlalchemy import Executable, delete, or_, select, update
from sqlalchemy.exc import OperationalError

from shop import api, db, events
from shop.accounts import devices, links, tokens, visits
from shop.accounts.models import ApiToken, Purpose, SignInSession, User
from shop.accounts.permissions import is_staff
from shop.db import session, utcnow
from shop.errors import ShopError

LIFETIME = timedelta(days=30)
STAFF_LIFETIME = timedelta(hours=12)
STAFF_IDLE = timedelta(hours=2)
NOTED_EVERY = timedelta(hours=1)
STAFF_NOTED_EVERY = timedelta(minutes=5)
FRESH = timedelta(minutes=15)


class Here(NamedTuple):
    """The session that this request came with."""

    id: int
    since: datetime
    seen_at: datetime | None
    confirmed_at: datetime | None


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
    app.before_request(visits.guard)


def sign_in(user: User) -> None:
    """Start a new session for this person; nothing of the visitor's old one is kept.

    Only when all is proven: see `second_factor.entrance` for who has a second factor.
    """
    flask.session.clear()
    _forget_expired(user)
    secret, now = tokens.make_secret(), utcnow()
    made = SignInSession(
        user_id=user.id, token_hash=tokens.digest(secret), epoch=user.session_epoch
    )
    made.device = devices.describe(request.user_agent.string)
    made.created_at = made.last_seen_at = made.confirmed_at = now
    session.add(made)
    _hand_out(secret, user)
    links.forget(user.id, Purpose.RESET)  # the password is known after all
    events.publish(events.SignedIn(user.id))
    if user.email_verified_at:
        events.publish(events.AddressVerified(user.id))


def stay(user: User) -> None:
    """Go on in this browser after `User.end_sessions`: with a new secret, and no younger."""
    secret, here = tokens.make_secret(), current()
    changes = {"token_hash": tokens.digest(secret), "epoch": user.session_epoch}
    mine = SignInSession.id == (here.id if here else None)
    session.execute(update(SignInSession).where(mine).values(changes))
    _hand_out(secret, user)


def _hand_out(secret: str, user: User) -> None:
    flask.session["sign_in"] = secret
    flask.session.permanent = True
    login_user(user)


def current() -> Here | None:
    """None for visitors, and for who came with a bearer token."""
    if not current_user.is_authenticated:
        return None
    here: Here | None = g.get("sign_in")
    return here


def is_fresh() -> bool:
    """Whether this browser proved a moment ago who is there."""
    here = current()
    return bool(here and here.confirmed_at and here.confirmed_at > utcnow() - FRESH)


def confirm() -> None:
    """It has just proved it again."""
    here, now = current(), utcnow()
    if here:
        mine = update(SignInSession).where(SignInSession.id == here.id)
        session.execute(mine.values(confirmed_at=now))
        g.sign_in = here._replace(confirmed_at=now)


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
    row = SignInSession
    found = _ask(
        select(User, row.id, row.created_at, row.last_seen_at, row.confirmed_at)
        .join(row, row.user_id == User.id)
        .where(row.token_hash == tokens.digest(secret), User.is_active)
    )
    if found is None:
        return None
    user: User = found[0]
    here = Here(*found[1:])
    if user.get_id() != cookie_id or not is_alive(user, here.since, here.seen_at):
        return None
    g.sign_in = here
    shown = visits.stand_in(user)
    if shown is user:  # a visit writes nothing, not even that
        _note_now_and_then(user, here)
    return shown


def _note_now_and_then(user: User, here: Here) -> None:
    noted_every = STAFF_NOTED_EVERY if is_staff(user) else NOTED_EVERY
    if here.seen_at is None or here.seen_at < utcnow() - noted_every:
        db.after_commit(partial(_note_seen, here.id))


def is_alive(user: User, since: datetime, seen_at: datetime | None) -> bool:
    """Whether a session is neither too old nor, of staff, was left alone for too long."""
    now = utcnow()
    if not is_staff(user):
        return since > now - LIFETIME
    return since > now - STAFF_LIFETIME and (seen_at or since) > now - STAFF_IDLE


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
    _note(update(ApiToken).where(ApiToken.id == token_id).values(last_used_at=utcnow()))


def _note_seen(session_id: int) -> None:
    _note(update(SignInSession).where(SignInSession.id == session_id).values(last_seen_at=utcnow()))


def _note(used: Executable) -> None:
    """After the request, which may have been a GET: those hold no write lock."""
    db.will_write()
    session.execute(used)
    db.commit()


def _forget_expired(user: User) -> None:
    over = or_(
        SignInSession.created_at < utcnow() - LIFETIME, SignInSession.epoch < user.session_epoch
    )
    session.execute(delete(SignInSession).where(SignInSession.user_id == user.id, over))
