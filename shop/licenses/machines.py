"""Machines take the seats of a license and give them back.

A seat is counted on the license itself, by one statement that takes it only if one is left: however
many ask at the same moment, no more get one than there are.
"""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import ColumnElement, func, or_, select, update

from shop.db import insert_once, session, utcnow
from shop.errors import NotFound, ShopError
from shop.licenses import finds, lifesigns, validation
from shop.licenses.codes import Code
from shop.licenses.finds import Found, Question
from shop.licenses.models import Activation, Deactivation, License
from shop.licenses.validation import Verdict

MOST_NEW_PER_DAY = 20
"""New machines on a license that does not float, above its limit: a seat is no turnstile."""
FREED_PER_MONTH = 3
MONTH = timedelta(days=30)


class NoSeat(Exception):
    """All are taken; undoes the activation that was tried."""


class FreedTooOften(ShopError):
    title = "Not again so soon"
    message = (
        f"A license's seats can be freed here {FREED_PER_MONTH} times in 30 days. "
        "Sign out in the program on the other device, or write to us."
    )


def activate(question: Question, name: str = "") -> Verdict:
    """A seat for this machine; one that has its seat keeps it."""
    found = finds.find(question)
    code = validation.judge_license(found, question)
    if found is None or code is not Code.VALID:
        return Verdict(code, found)
    if _is_turnstile(found):
        return Verdict(Code.TOO_MANY_CHANGES, found)
    try:
        with session.begin_nested():
            _sit_down(found, question, name)
    except NoSeat:
        code = validation.judge_license(finds.find(question), question)  # it may have ended now
        return Verdict(Code.TOO_MANY_MACHINES if code is Code.VALID else code, found)
    return Verdict(code, finds.find(question))


def _is_turnstile(found: Found) -> bool:
    if found.heartbeat or found.machine_limit is None:
        return False
    today = Activation.activated_at > utcnow() - timedelta(days=1)
    query = select(func.count()).where(Activation.license_id == found.id, today)
    most = MOST_NEW_PER_DAY + found.machine_limit
    is_new = found.activation is None or found.activation.deactivated_at is not None
    return is_new and (session.scalar(query) or 0) >= most


def _sit_down(found: Found, question: Question, name: str) -> None:
    """Rows of machines are locked before the license's, here as everywhere.

    :raises NoSeat:
    """
    now = utcnow()
    seen = {
        "name": name,
        "version": question.version or "",
        "last_seen_at": now,
        "dies_at": lifesigns.death(found, now),
    }
    mine = {"license_id": found.id, "fingerprint": question.fingerprint}
    if insert_once(Activation, **mine, **seen, activated_at=now):
        if found.heartbeat:
            lifesigns.end_silent(found.id)
        _take_seat(found)
    elif not _keep_seat(found, question.fingerprint, {k: v for k, v in seen.items() if v != ""}):
        _sit_down(found, question, name)  # it was given back just now


def _keep_seat(found: Found, fingerprint: str | None, seen: dict[str, object]) -> bool:
    running = _running(found.id) & (Activation.fingerprint == fingerprint)
    kept = session.scalar(
        update(Activation).where(running).values(seen).returning(Activation.id),
        execution_options={"synchronize_session": False},
    )
    return kept is not None


def _take_seat(found: Found) -> None:
    allowed = License.machine_limit * (100 + found.overage_percent)
    is_free = or_(License.machine_limit.is_(None), (License.machines + 1) * 100 <= allowed)
    taken = session.scalar(
        update(License)
        .where(License.id == found.id, License.ended_at.is_(None), is_free)
        .values(machines=License.machines + 1)
        .returning(License.id),
        execution_options={"synchronize_session": False},
    )
    if taken is None:
        raise NoSeat


def deactivate(question: Question) -> Verdict:
    """Also of a license that is not good any more: a seat can always be given back."""
    found = finds.find(question)
    if found is None or found.activation is None:
        return Verdict(validation.judge(found, question), found)
    if not _stand_up(Activation.id == found.activation.id, found.id, Deactivation.MACHINE):
        return Verdict(validation.judge(found, question), found)
    return Verdict(Code.DEACTIVATED, finds.find(question))


def free(license: License, activation_id: int) -> None:
    """The owner takes the seat of a machine that cannot give it back.

    :raises FreedTooOften: when that was done as often as it may be.
    :raises NotFound: when the machine has no seat of this license.
    """
    if not _stand_up(Activation.id == activation_id, license.id, Deactivation.OWNER):
        raise NotFound
    if frees_left([license.id])[license.id] < 0:  # two tabs are one after the other from here on
        raise FreedTooOften


def free_for_them(license_id: int, activation_id: int) -> None:
    """Staff does it; how often the owner did does not matter.

    :raises NotFound: when the machine has no seat of this license.
    """
    if not _stand_up(Activation.id == activation_id, license_id, Deactivation.STAFF):
        raise NotFound


def frees_left(license_ids: Sequence[int]) -> dict[int, int]:
    """By license, how many seats its owner may free these days."""
    query = select(Activation.license_id, func.count()).where(
        Activation.license_id.in_(license_ids),
        Activation.deactivation == Deactivation.OWNER,
        Activation.deactivated_at > utcnow() - MONTH,
    )
    freed: dict[int, int] = dict(session.execute(query.group_by(Activation.license_id)).all())
    return {id: FREED_PER_MONTH - freed.get(id, 0) for id in license_ids}


def end_all(license: License, why: Deactivation) -> None:
    """Every machine loses its seat."""
    _stand_up(Activation.license_id == license.id, license.id, why)


def running(license_ids: Sequence[int]) -> dict[int, list[Activation]]:
    """By license, the machine that was seen last first."""
    query = select(Activation).where(
        Activation.license_id.in_(license_ids), Activation.deactivated_at.is_(None)
    )
    found: dict[int, list[Activation]] = {}
    for activation in session.scalars(query.order_by(Activation.last_seen_at.desc())):
        found.setdefault(activation.license_id, []).append(activation)
    return found


def _running(license_id: int) -> ColumnElement[bool]:
    return (Activation.license_id == license_id) & Activation.deactivated_at.is_(None)


def _stand_up(which: ColumnElement[bool], license_id: int, why: Deactivation) -> int:
    """How many seats that gave back."""
    ended = session.scalars(
        update(Activation)
        .where(which, _running(license_id))
        .values(deactivated_at=utcnow(), deactivation=why)
        .returning(Activation.id),
        execution_options={"synchronize_session": False},
    ).all()
    if ended:
        lifesigns.give_back(license_id, len(ended))
    return len(ended)
