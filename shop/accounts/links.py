"""Links that are mailed: whoever opens one reads the mails of that address. Each is good once."""

from collections.abc import Collection
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, delete, select

from shop import db
from shop.accounts import tokens
from shop.accounts.models import MailedLink, Purpose
from shop.db import session, utcnow
from shop.errors import ShopError

DAY = timedelta(days=1)
LIFETIMES = {
    Purpose.REGISTER: DAY,
    Purpose.RESET: timedelta(hours=1),
    Purpose.VERIFY: DAY,
    Purpose.CHANGE: DAY,
}


class LinkIsOver(ShopError):
    status = 410
    title = "This link does not work any more"
    message = "It was used, is too old, or a newer mail has taken its place."


def make(
    purpose: Purpose, whom: object, *, email: str, user_id: int | None, after: str = ""
) -> str:
    """The secret of a new link. An older one for the same purpose and person is over.

    :param whom: what there is one link for at a time: an address, or the id of a user.
    :param after: the page that it leads back to.
    """
    session.execute(delete(MailedLink).where(MailedLink.expires_at <= utcnow()))
    secret = tokens.make_secret()
    values = {
        "key": f"{purpose}:{whom}",
        "purpose": purpose,
        "secret_hash": tokens.digest(secret),
        "email": email,
        "user_id": user_id,
        "next": after,
        "expires_at": utcnow() + LIFETIMES[purpose],
    }
    statement = db.insert(MailedLink).values(values)
    session.execute(statement.on_conflict_do_update(index_elements=["key"], set_=values))
    return secret


def find(secret: str, *purposes: Purpose) -> MailedLink:
    """Look at a link without using it up: programs that check mails open it too.

    :raises LinkIsOver: also when it never was.
    """
    link = session.scalar(select(MailedLink).where(_is_open(secret, purposes)))
    if link is None:
        raise LinkIsOver
    return link


def take(secret: str, *purposes: Purpose) -> Row[Any]:
    """Use the link up; of several at the same moment one succeeds. It has the columns of `find`.

    :raises LinkIsOver: for all others.
    """
    used = delete(MailedLink).where(_is_open(secret, purposes))
    row = session.execute(used.returning(*MailedLink.__table__.c)).one_or_none()
    if row is None:
        raise LinkIsOver
    return row


def pending(user_id: int, purpose: Purpose) -> MailedLink | None:
    mine = (MailedLink.key == f"{purpose}:{user_id}") & (MailedLink.expires_at > utcnow())
    return session.scalar(select(MailedLink).where(mine))


def forget(user_id: int, *purposes: Purpose) -> None:
    """End the links that were sent to this person: those of these purposes, or all."""
    wanted = MailedLink.purpose.in_(purposes or list(Purpose))
    session.execute(delete(MailedLink).where(MailedLink.user_id == user_id, wanted))


def _is_open(secret: str, purposes: Collection[Purpose]) -> ColumnElement[bool]:
    return (
        (MailedLink.secret_hash == tokens.digest(secret))
        & MailedLink.purpose.in_(purposes)
        & (MailedLink.expires_at > utcnow())
    )
