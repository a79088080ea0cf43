"""Who of the staff did what, to whom, when and why."""

from typing import Any

from flask import g, has_request_context
from flask_login import current_user

from shop import db
from shop.accounts.models import AuditEntry
from shop.db import session


def note(act: str, subject: str, *, reason: str = "", **data: Any) -> AuditEntry:
    """Write down an act of whoever is signed in, in the transaction of the act itself.

    :param act: in the words of `subject.verb`, such as "order.refund".
    :param subject: kind and public id, such as "order:K-1024".
    :param data: what a later reader needs; amounts in minor units, never a secret.
    """
    entry = AuditEntry(
        actor=actor(), act=act, subject=subject, reason=reason.strip(), data=data, request_id=""
    )
    if has_request_context():
        entry.request_id = g.get("request_id", "")
    session.add(entry)
    return entry


def note_refusal(act: str, subject: str, *, reason: str = "", **data: Any) -> None:
    """Write down what was not allowed; it stays although the request fails."""
    if has_request_context():
        db.will_write()
    else:
        db.rollback()
    note("refused", subject, reason=reason, **data, refused=act)
    db.commit()


def actor() -> str:
    """The e-mail address of who is signed in; "system" for a task or command.

    During a visit to a customer that is who visits.
    """
    if has_request_context() and current_user.is_authenticated:
        if "visit" in g:
            return str(g.visit.staff.email)
        return str(current_user.email)
    return "system"
