"""A person's app and recovery codes."""

import re
import time

import pyotp
from sqlalchemy import select

from shop.accounts.models import User
from shop.accounts.second_factor.models import SecondFactor
from shop.db import commit, session
from tests.accounts.factories import PASSWORD, make_user
from tests.browser import Browser

RECOVERY_CODE = re.compile(r"<li>((?:[0-9A-Z]{4}-){3}[0-9A-Z]{4})</li>")


def app_of(user: User) -> pyotp.TOTP:
    secret = session.scalar(select(SecondFactor.secret).where(SecondFactor.user_id == user.id))
    assert secret
    return pyotp.TOTP(secret)


def code_of(user: User, step: int = 0) -> str:
    """What the app shows now, or so many half minutes later."""
    return app_of(user).at(time.time(), counter_offset=step)


def wrong_code(user: User) -> str:
    right = {code_of(user, step) for step in range(-2, 3)}
    return next(code for code in ("123456", "654321", "111222", "999000") if code not in right)


def rest(user: User) -> None:
    """Some time goes by: the codes of this minute are unused."""
    session.get_one(SecondFactor, _id(user)).last_step = 0
    commit()


def _id(user: User) -> int:
    return session.scalars(select(SecondFactor.id).where(SecondFactor.user_id == user.id)).one()


def set_up(client: Browser, user: User) -> list[str]:
    """As somebody who is signed in does it; the recovery codes."""
    begun = client.post("/account/security/second-factor", data={"password": PASSWORD})
    assert begun.status_code == 303, begun.text
    done = client.post("/account/security/second-factor/app", data={"code": code_of(user)})
    assert done.status_code == 201, done.text
    rest(user)
    return RECOVERY_CODE.findall(done.text)


def enter(client: Browser, code: str) -> int:
    return client.post("/sign-in/second-factor", data={"code": code}).status_code


def make_guarded(client: Browser, **given: object) -> User:
    """Somebody with a second factor, signed in."""
    user = make_user(**given)
    client.sign_in(user.email, PASSWORD)
    set_up(client, user)
    return user


def is_signed_in(client: Browser) -> bool:
    return client.get("/account").status_code == 200
