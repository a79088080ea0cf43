"""The button of a notice: what was done a moment ago is taken back."""

from flask import Blueprint, abort, flash, redirect
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from werkzeug.wrappers import Response

from shop import db
from shop.accounts import access, audit
from shop.admin import gate
from shop.admin.models import UndoOffer
from shop.admin.undoing import parts, table
from shop.admin.undoing.offers import LASTS
from shop.admin.undoing.parts import Part
from shop.admin.undoing.reversal import CannotComeBack, Reversal
from shop.db import session, utcnow
from shop.errors import ShopError

bp = Blueprint("admin_undo", __name__, url_prefix="/admin/undo")


@bp.post("/<token>")
def undo(token: str) -> Response:
    """By who did it, or by somebody who might have done it."""
    offer = session.scalar(select(UndoOffer).filter_by(token=token))
    if offer is None or not table.is_undoable(offer.act):
        abort(404)
    gate.demand(table.endpoint_of(offer.act))
    if table.reversal_of(offer.act).is_grave:
        access.demand_fresh()
    session.refresh(offer, with_for_update=True)
    url = offer.url
    try:
        kind, said = _answer(offer)
    except (ShopError, IntegrityError) as error:
        db.rollback()
        kind, said = "warn", _why_not(error)
    flash(said, kind)
    return redirect(url, 303)


def _answer(offer: UndoOffer) -> tuple[str, str]:
    """The kind of notice, and what it says."""
    if offer.done_at:
        return "info", "That was undone already."
    if offer.created_at < utcnow() - LASTS:
        return "warn", "That is too long ago to be undone from here; nothing was changed."
    return _undo(offer)


def _undo(offer: UndoOffer) -> tuple[str, str]:
    reversal, found = table.reversal_of(offer.act), parts.read(offer.parts)
    mine = [part for part in found if parts.digest(reversal.look(part.key)) == part.after]
    if not mine:
        return "warn", "Nothing was undone: it was changed again since, and stays as it is now."
    for part in mine:
        _put_back(reversal, part)
    offer.done_at = utcnow()
    _note(offer, [reversal.subject(part.key) for part in mine])
    if len(mine) == len(found):
        return "good", "Undone: it is as it was."
    rest = len(found) - len(mine)
    return "warn", f"{len(mine)} undone. {rest} changed again since, and left as they are now."


def _put_back(reversal: Reversal, part: Part) -> None:
    """
    :raises CannotComeBack: when it would not be what it was.
    """
    key = reversal.put(part.key, part.before) or part.key
    session.flush()  # what is looked at may be read anew
    if parts.digest(reversal.look(key)) != parts.digest(part.before):
        raise CannotComeBack


def _note(offer: UndoOffer, subjects: list[str]) -> None:
    kind = subjects[0].partition(":")[0]
    subject = subjects[0] if len(subjects) == 1 else f"{kind}s:{len(subjects)}"
    audit.note("undo", subject, undone=offer.act, offer=offer.id, subjects=subjects)


def _why_not(error: Exception) -> str:
    return error.detail if isinstance(error, ShopError) else CannotComeBack.message
