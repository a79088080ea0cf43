"""When a machine was last heard of, and what follows for a floating license when it is silent."""

from collections import Counter
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import select, update

from shop import db
from shop.db import session, utcnow
from shop.licenses.finds import FLOATS, Found
from shop.licenses.models import Activation, Deactivation, License, LicensePolicy

DRIFT = timedelta(seconds=30)
NOTED_EVERY = timedelta(hours=1)


def death(found: Found, heard_at: datetime) -> datetime | None:
    """When a machine that is heard of now loses its seat; None if silence costs nothing."""
    return heard_at + found.heartbeat + DRIFT if found.heartbeat else None


def note(found: Found, version: str | None) -> None:
    """Remember this visit after the commit, unless the last one was a moment ago."""
    seen = found.activation
    if seen is None:
        return
    now = utcnow()
    pause = min(NOTED_EVERY, found.heartbeat / 4) if found.heartbeat else NOTED_EVERY
    is_news = version is not None and version != seen.version
    if is_news or seen.last_seen_at <= now - pause:
        values: dict[str, object] = {"last_seen_at": now, "dies_at": death(found, now)}
        if version is not None:
            values["version"] = version
        db.after_commit(partial(remember, seen.id, values))


def remember(activation_id: int, values: dict[str, object]) -> None:
    """In a transaction of its own: the question itself takes no write lock."""
    running = (Activation.id == activation_id) & Activation.deactivated_at.is_(None)
    session.execute(
        update(Activation).where(running).values(values),
        execution_options={"synchronize_session": False},
    )
    db.commit()


def sweep() -> int:
    """Give back the seats of machines that fell silent; returns how many those were."""
    return end_silent(None)


def end_silent(license_id: int | None) -> int:
    """Of one license, or of all. Whoever ends an activation gives back its seat."""
    floating = select(License.id).join(LicensePolicy).where(FLOATS)
    silent = Activation.deactivated_at.is_(None) & (Activation.dies_at <= utcnow())
    silent &= Activation.license_id.in_(floating)
    if license_id is not None:
        silent &= Activation.license_id == license_id
    ended = session.scalars(
        update(Activation)
        .where(silent)
        .values(deactivated_at=utcnow(), deactivation=Deactivation.SILENCE)
        .returning(Activation.license_id),
        execution_options={"synchronize_session": False},
    ).all()
    for freed, seats in sorted(Counter(ended).items()):
        give_back(freed, seats)
    return len(ended)


def give_back(license_id: int, seats: int) -> None:
    session.execute(
        update(License).where(License.id == license_id).values(machines=License.machines - seats),
        execution_options={"synchronize_session": False},
    )
