"""The browsers where somebody is signed in, for them to look at and to end."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select

from shop.accounts import devices, sessions
from shop.accounts.models import SignInSession, User
from shop.db import session, utcnow
from shop.errors import NotFound


@dataclass(frozen=True)
class Device:
    id: int
    name: str
    """Browser and system in words."""
    since: datetime
    seen: str
    """To the hour: it is not noted more often."""
    is_here: bool


def of(user: User) -> list[Device]:
    """This one first, then the one that was seen last."""
    here = sessions.current()
    rows = session.scalars(
        select(SignInSession).where(
            SignInSession.user_id == user.id, SignInSession.epoch == user.session_epoch
        )
    )
    alive = [row for row in rows if sessions.is_alive(user, row.created_at, row.last_seen_at)]
    alive.sort(key=lambda row: row.last_seen_at or row.created_at, reverse=True)
    found = [
        Device(
            id=row.id,
            name=row.device or devices.UNKNOWN,
            since=row.created_at,
            seen=_ago(row.last_seen_at or row.created_at),
            is_here=here is not None and row.id == here.id,
        )
        for row in alive
    ]
    return sorted(found, key=lambda device: not device.is_here)


def end(user: User, session_id: int) -> None:
    """:raises NotFound: also when the session is somebody else's."""
    mine = delete(SignInSession).where(
        SignInSession.id == session_id, SignInSession.user_id == user.id
    )
    if session.scalar(mine.returning(SignInSession.id)) is None:
        raise NotFound("This device is not signed in to your account.")


def _ago(moment: datetime) -> str:
    hours = int((utcnow() - moment).total_seconds()) // 3600
    if hours < 1:
        return "within the last hour"
    if hours < 24:
        return f"{hours} hours ago" if hours > 1 else "an hour ago"
    return f"on {moment:%-d %b %Y}"
