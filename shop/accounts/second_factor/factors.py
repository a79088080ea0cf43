"""The second factor of a person: set, asked for and taken away.

A code is good for its own half minute and the ones beside it, and once: the step of the newest one
is kept, and moves on only by a statement that one of several can win.
"""

from datetime import datetime, timedelta
from secrets import token_hex

import pyotp
from pyotp.exceptions import OTPVerificationError
from sqlalchemy import delete, select, update

from shop import db
from shop.accounts import letters, mails
from shop.accounts.models import User
from shop.accounts.second_factor import recovery
from shop.accounts.second_factor.models import SecondFactor
from shop.accounts.throttle import codes
from shop.db import session, utcnow
from shop.errors import ShopError
from shop.mail.kinds import Kind

SETTING_UP = timedelta(minutes=15)
STEPS_BESIDE = 1


class AlreadySet(ShopError):
    message = "This account has a second factor already. Remove that first."


def is_set(user: User) -> bool:
    return set_at(user) is not None


def set_at(user: User) -> datetime | None:
    return session.scalar(select(SecondFactor.confirmed_at).where(SecondFactor.user_id == user.id))


def begin(user: User) -> None:
    """Make a new secret; it counts for nothing before `finish`.

    :raises AlreadySet: rather than replacing one that counts.
    """
    if is_set(user):
        raise AlreadySet
    values = {
        "user_id": user.id,
        "secret": pyotp.random_base32(),
        "last_step": 0,
        "created_at": utcnow(),
        "confirmed_at": None,
    }
    statement = db.insert(SecondFactor).values(values)
    session.execute(
        statement.on_conflict_do_update(
            index_elements=["user_id"], set_=values, where=SecondFactor.confirmed_at.is_(None)
        )
    )


def pending(user: User) -> SecondFactor | None:
    """The one that is being set up, for a while."""
    mine = select(SecondFactor).where(SecondFactor.user_id == user.id)
    fresh = SecondFactor.created_at > utcnow() - SETTING_UP
    return session.scalar(mine.where(SecondFactor.confirmed_at.is_(None), fresh))


def finish(user: User, code: str) -> list[str] | None:
    """Let the pending one count: the recovery codes to show. None when the code is wrong.

    :raises TooManyTries: when it was guessed at too often.
    """
    codes.check(user.email)
    factor = pending(user)
    step = _step(factor, code, utcnow()) if factor else None
    if factor is None or step is None:
        codes.count(user.email)
        return None
    mine = (SecondFactor.id == factor.id) & SecondFactor.confirmed_at.is_(None)
    counts = update(SecondFactor).where(mine).values(confirmed_at=utcnow(), last_step=step)
    if session.scalar(counts.returning(SecondFactor.id)) is None:
        raise AlreadySet  # in another tab, at the same moment
    _tell(user, letters.SECOND_FACTOR_SET)
    return recovery.renew(user)


def accept(user: User, typed: str) -> bool:
    """Whether this is a code of the app or a recovery code; if so, it is used up for good.

    Commits: what follows may fail, and the code stays used.

    :raises TooManyTries: when it was guessed at too often.
    """
    codes.check(user.email)
    is_right = take_step(user, typed, utcnow()) or _take_recovery_code(user, typed)
    if not is_right:
        codes.count(user.email)
    db.commit()
    return is_right


def take_step(user: User, code: str, now: datetime) -> bool:
    """Use up the code of the app; of several tries with one code, one succeeds."""
    mine = SecondFactor.user_id == user.id
    factor = session.scalar(
        select(SecondFactor).where(mine, SecondFactor.confirmed_at.is_not(None))
    )
    step = _step(factor, code, now) if factor else None
    if step is None:
        return False
    later = update(SecondFactor).where(mine, SecondFactor.last_step < step).values(last_step=step)
    return session.scalar(later.returning(SecondFactor.id)) is not None


def _step(factor: SecondFactor, code: str, now: datetime) -> int | None:
    """Which time step the code belongs to, if it is right."""
    if not factor.secret:
        return None
    digits = "".join(code.split())
    try:
        return pyotp.TOTP(factor.secret).verify_and_get_timecode(
            digits, for_time=now, valid_window=STEPS_BESIDE
        )
    except OTPVerificationError:
        return None


def _take_recovery_code(user: User, typed: str) -> bool:
    if not recovery.take(user, typed):
        return False
    _tell(user, letters.RECOVERY_CODE_USED, left=str(recovery.left(user)))
    return True


def renew_recovery_codes(user: User) -> list[str]:
    """Ten new ones, to be shown now; the old ones are over."""
    _tell(user, letters.RECOVERY_CODES_RENEWED)
    return recovery.renew(user)


def remove(user: User) -> bool:
    """Let the password alone be enough again; False when it was."""
    mine = delete(SecondFactor).where(SecondFactor.user_id == user.id)
    confirmed = mine.where(SecondFactor.confirmed_at.is_not(None)).returning(SecondFactor.id)
    if session.scalar(confirmed) is None:
        return False
    recovery.forget(user)
    _tell(user, letters.SECOND_FACTOR_REMOVED)
    return True


def _tell(user: User, letter: Kind, **names: str) -> None:
    key = f"{user.id}:second-factor:{token_hex(8)}"
    mails.send(letter, user.email, "/account/security", key=key, **names)
