"""Random secrets that a browser or a server shows us. We keep their hashes only."""

import secrets
from hashlib import sha256

from sqlalchemy import Select, delete, select

from shop.accounts.models import ApiToken, User
from shop.db import session
from shop.errors import NotFound, ShopError

PREFIX = "kst_"  # so that secret scanners can tell what they found
MOST_TOKENS = 20


class TooManyTokens(ShopError):
    message = f"An account holds at most {MOST_TOKENS} tokens. Revoke one that you no longer use."


def make_secret(prefix: str = "") -> str:
    return prefix + secrets.token_urlsafe(32)


def digest(secret: str) -> str:
    """Fast on purpose: a secret of 256 random bits cannot be guessed."""
    return sha256(secret.encode()).hexdigest()


def create(user: User, name: str) -> str:
    """A new bearer token of this person; nobody can read it again."""
    if len(of(user)) >= MOST_TOKENS:
        raise TooManyTokens
    secret = make_secret(PREFIX)
    session.add(
        ApiToken(user_id=user.id, name=name, token_hash=digest(secret), last_characters=secret[-4:])
    )
    session.flush()  # the page that shows it lists it too
    return secret


def revoke(user: User, token_id: int) -> None:
    """:raises NotFound: also when the token is somebody else's."""
    mine = delete(ApiToken).where(ApiToken.id == token_id, ApiToken.user_id == user.id)
    if session.scalar(mine.returning(ApiToken.id)) is None:
        raise NotFound("There is no such token in your account.")


def revoke_all(user: User) -> None:
    session.execute(delete(ApiToken).where(ApiToken.user_id == user.id))


def of(user: User) -> list[ApiToken]:
    tokens = select(ApiToken).where(ApiToken.user_id == user.id)
    return list(session.scalars(tokens.order_by(ApiToken.id)))


def owner(secret: str) -> Select[User, ApiToken]:
    """Asks for the user and the token; nothing when it is nobody's or the account is closed."""
    return (
        select(User, ApiToken)
        .join(ApiToken, ApiToken.user_id == User.id)
        .where(ApiToken.token_hash == digest(secret), User.is_active)
    )
