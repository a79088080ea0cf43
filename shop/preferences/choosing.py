"""Settings and legal texts as they were chosen, read and written by the back office."""

from typing import Any

from sqlalchemy import select

from shop import db
from shop.db import session, utcnow
from shop.preferences import kept
from shop.preferences.models import Preference

NAMES = (*kept.CHOOSABLE, *kept.LEGAL)


def current() -> dict[str, Any]:
    """The value of each, as it holds now by what is in the database."""
    chosen = {row.name: row.value for row in session.scalars(select(Preference))}
    merged = kept.merge(
        kept.given(), {name: chosen.get(name) for name in kept.CHOOSABLE if name in chosen}
    )
    values = {name: getattr(merged, name) for name in kept.CHOOSABLE}
    return values | {name: chosen.get(name) or "" for name in kept.LEGAL}


def lock(by: str) -> None:
    """Nobody else changes them until this transaction has ended."""
    for name in NAMES:
        db.insert_once(Preference, name=name, value=None, changed_at=utcnow(), changed_by=by)
    rows = select(Preference).order_by(Preference.name).with_for_update()
    session.scalars(rows.execution_options(populate_existing=True)).all()


def keep(wanted: dict[str, Any], by: str) -> dict[str, list[Any]]:
    """Choose these, behind `lock`; what is as it comes is not kept. Returns what was changed."""
    before, given = current(), kept.given()
    changed = {name: [before[name], new] for name, new in wanted.items() if before[name] != new}
    for row in session.scalars(select(Preference).where(Preference.name.in_(changed))):
        new = wanted[row.name]
        default = getattr(given, row.name, "")
        row.value = None if new == default else new
        row.changed_at, row.changed_by = utcnow(), by
    db.after_commit(kept.forget)
    return changed


def legal_text(name: str) -> str:
    """Markdown; empty when it was not written."""
    value = session.scalar(select(Preference.value).filter_by(name=name))
    return str(value or "")
