"""What a search found, and whose it is."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from sqlalchemy import ColumnElement, func, or_, select

from shop.accounts.models import User
from shop.db import session
from shop.orders.models import Order

MOST = 50


@dataclass(frozen=True)
class Match:
    """Something that fits what was typed. Whose: by account, else by the address of a guest."""

    reason: str
    user_id: int | None = None
    email_norm: str = ""
    about: str = ""
    """What their page shows first, such as `order:K-1024`."""


@dataclass
class Found:
    """One person, with why they were found."""

    user: User | None
    email: str
    name: str
    number: str = ""
    """Of an order; it stands for a guest in addresses."""
    reasons: list[str] = field(default_factory=list)
    about: str = ""


def people(matches: Iterable[Match]) -> list[Found]:
    """Each once, in the order they were found; guests who have an account are that account."""
    matches = list(matches)
    ids = {match.user_id for match in matches if match.user_id}
    emails = {match.email_norm for match in matches if not match.user_id and match.email_norm}
    known = _accounts(ids, emails)
    by_id = {user.id: user for user in known}
    by_email = {user.email_norm: user for user in known}
    guests = _guests(emails - set(by_email))
    found: dict[str, Found] = {}
    for match in matches:
        user = by_id.get(match.user_id or 0) or by_email.get(match.email_norm)
        guest = guests.get(match.email_norm)
        if user is None and guest is None:
            continue
        key = f"user:{user.id}" if user else f"guest:{match.email_norm}"
        if key not in found:
            if len(found) == MOST:
                break
            found[key] = _found(user, guest)
        one = found[key]
        one.about = one.about or match.about
        if match.reason not in one.reasons:
            one.reasons.append(match.reason)
    return list(found.values())


def _found(user: User | None, guest: Order | None) -> Found:
    if user:
        return Found(user, user.email, user.name)
    assert guest  # noqa: S101  one of both is there, see above
    return Found(None, guest.email, guest.name, guest.number)


def _accounts(ids: set[int], emails: set[str]) -> list[User]:
    if not ids and not emails:
        return []
    wanted: ColumnElement[bool] = or_(User.id.in_(ids), User.email_norm.in_(emails))
    return list(session.scalars(select(User).where(wanted)))


def _guests(emails: set[str]) -> dict[str, Order]:
    """By address, their newest order."""
    if not emails:
        return {}
    newest = (
        select(func.max(Order.id))
        .where(Order.email_norm.in_(emails), Order.user_id.is_(None))
        .group_by(Order.email_norm)
    )
    orders = session.scalars(select(Order).where(Order.id.in_(newest)))
    return {order.email_norm: order for order in orders}
