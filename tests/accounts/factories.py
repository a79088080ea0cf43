from functools import cache
from itertools import count
from typing import Any

from shop.accounts import passwords
from shop.accounts.models import User
from shop.db import commit, session

PASSWORD = "correct horse"

_numbers = count(1)


@cache
def _hashed() -> str:
    return passwords.make_hash(PASSWORD)


def make_user(**given: Any) -> User:
    user = User(
        **({"email": f"mara{next(_numbers)}@example.com", "password_hash": _hashed()} | given)
    )
    session.add(user)
    commit()
    return user
