"""Recovery codes: for the day when the phone is gone. We keep their hashes only."""

import secrets

from sqlalchemy import delete, func, select

from shop.accounts import tokens
from shop.accounts.models import User
from shop.accounts.second_factor.models import RecoveryCode
from shop.db import session

MANY = 10
LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's: no two of them look alike
LENGTH = 16  # 80 bits: too many to be found from a fast hash
LOOKALIKES = str.maketrans("OIL", "011")


def renew(user: User) -> list[str]:
    """The new codes as they are shown; nobody can read them again, and the old ones are over."""
    forget(user)
    made = ["".join(secrets.choice(LETTERS) for _ in range(LENGTH)) for _ in range(MANY)]
    session.add_all(RecoveryCode(user_id=user.id, code_hash=_digest(code)) for code in made)
    return ["-".join(code[at : at + 4] for at in range(0, LENGTH, 4)) for code in made]


def take(user: User, typed: str) -> bool:
    """Use one up; of several at the same moment one succeeds."""
    mine = RecoveryCode.user_id == user.id
    used = delete(RecoveryCode).where(mine, RecoveryCode.code_hash == _digest(typed))
    return session.scalar(used.returning(RecoveryCode.id)) is not None


def left(user: User) -> int:
    mine = select(func.count()).where(RecoveryCode.user_id == user.id)
    return session.scalar(mine) or 0


def forget(user: User) -> None:
    session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user.id))


def _digest(typed: str) -> str:
    """However it is typed."""
    letters = "".join(letter for letter in typed.upper() if letter.isalnum())
    return tokens.digest(letters.translate(LOOKALIKES))
