"""The audit log: whose act it was, and that nobody can change what was written."""

import pytest
from flask import Flask
from sqlalchemy import delete, select, text, update
from sqlalchemy.exc import DatabaseError

from shop.accounts import audit
from shop.accounts.models import AuditEntry
from shop.db import commit, rollback, session


def entries() -> list[AuditEntry]:
    return list(session.scalars(select(AuditEntry).order_by(AuditEntry.id)))


def test_an_act_is_noted_with_its_transaction(either_app: Flask) -> None:
    audit.note("order.refund", "order:K-1", reason=" wrong size ", amount=500)
    rollback()
    audit.note("order.refund", "order:K-2", reason=" wrong size ", amount=500)
    commit()

    (entry,) = entries()
    assert (entry.actor, entry.act, entry.subject) == ("system", "order.refund", "order:K-2")
    assert (entry.reason, entry.data) == ("wrong size", {"amount": 500})


def test_a_refusal_stays(either_app: Flask) -> None:
    audit.note_refusal("order.refund", "order:K-1", reason="over the limit")
    rollback()

    (entry,) = entries()
    assert (entry.act, entry.data) == ("refused", {"refused": "order.refund"})


@pytest.mark.parametrize(
    "change",
    [
        update(AuditEntry).values(actor="nobody"),
        delete(AuditEntry),
        text("DELETE FROM audit_entries"),
    ],
)
def test_m05_the_database_refuses_to_change_it(either_app: Flask, change: object) -> None:
    audit.note("order.refund", "order:K-1")
    commit()

    with pytest.raises(DatabaseError, match="append-only"):
        session.execute(change)  # type: ignore[call-overload]
    rollback()

    assert len(entries()) == 1
