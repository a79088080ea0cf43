"""Everything that happened to a person, newest first: one question to the database a page."""

import enum
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Select, String, case, cast, literal, select, union_all

from shop.accounts.consents import Consent
from shop.accounts.models import AuditEntry, SignInSession
from shop.billing.subscriptions.models import SubscriptionEntry
from shop.db import session
from shop.downloads.models import Download
from shop.licenses.models import Activation
from shop.mail.models import Mail
from shop.orders.models import TimelineEntry

AT_ONCE = 25
LAST_PAGE = 400


class Part(enum.StrEnum):
    """What the page can be narrowed to."""

    MONEY = "money"
    MAIL = "mail"
    LICENSES = "licenses"
    STAFF = "staff"


@dataclass(frozen=True)
class Traces:
    """By what a person's rows are known."""

    user_id: int | None
    emails: Sequence[str] = ()
    order_ids: Sequence[int] = ()
    subscription_ids: Sequence[int] = ()
    license_ids: Sequence[int] = ()
    grant_ids: Sequence[int] = ()
    subjects: Sequence[str] = ()
    """Of the audit log."""


@dataclass(frozen=True)
class Moment:
    source: str
    at: datetime
    word: str
    text: str
    extra: str
    ref: int
    """The row that it belongs to: an order, a license, a mail."""


@dataclass(frozen=True)
class Page:
    moments: list[Moment] = field(default_factory=list)
    number: int = 1
    has_more: bool = False


def page(traces: Traces, part: Part | None, number: int = 1) -> Page:
    """:param number: from 1."""
    number = min(max(number, 1), LAST_PAGE)
    found = union_all(*_sources(traces, part)).subquery()
    newest = select(found).order_by(found.c.at.desc(), found.c.source, found.c.ref.desc())
    rows = session.execute(newest.offset((number - 1) * AT_ONCE).limit(AT_ONCE + 1)).all()
    moments = [Moment(*row) for row in rows[:AT_ONCE]]
    return Page(moments, number, len(rows) > AT_ONCE)


def _sources(traces: Traces, part: Part | None) -> list[Select[Any]]:
    parts = {
        Part.MONEY: [_orders(traces), _subscriptions(traces)],
        Part.MAIL: [_mails(traces)],
        Part.LICENSES: [_activated(traces), _deactivated(traces), _downloads(traces)],
        Part.STAFF: [_staff(traces)],
    }
    if part:
        return parts[part]
    return [*(source for sources in parts.values() for source in sources), *_own_doings(traces)]


def _own_doings(traces: Traces) -> list[Select[Any]]:
    return [_sign_ins(traces), _consents(traces)]


def _moment(source: str, at: Any, word: Any, text: Any, *more: Any) -> Select[Any]:
    extra, ref = more
    return select(
        literal(source).label("source"),
        at.label("at"),
        cast(word, String).label("word"),
        cast(text, String).label("text"),
        cast(extra, String).label("extra"),
        ref.label("ref"),
    )


def _orders(traces: Traces) -> Select[Any]:
    row = TimelineEntry
    told = _moment("order", row.created_at, row.kind, row.text, row.actor, row.order_id)
    return told.where(row.order_id.in_(traces.order_ids))


def _subscriptions(traces: Traces) -> Select[Any]:
    row = SubscriptionEntry
    told = _moment("subscription", row.at, row.kind, row.text, literal(""), row.subscription_id)
    return told.where(row.subscription_id.in_(traces.subscription_ids))


def _mails(traces: Traces) -> Select[Any]:
    row = Mail
    told = _moment("mail", row.created_at, row.state, row.subject, row.template, row.id)
    return told.where(row.recipient.in_(traces.emails))


def _activated(traces: Traces) -> Select[Any]:
    row = Activation
    told = _moment(
        "activated", row.activated_at, row.version, row.name, literal(""), row.license_id
    )
    return told.where(row.license_id.in_(traces.license_ids))


def _deactivated(traces: Traces) -> Select[Any]:
    row = Activation
    ended = row.deactivated_at.is_not(None)
    told = _moment(
        "deactivated", row.deactivated_at, row.deactivation, row.name, literal(""), row.license_id
    )
    return told.where(row.license_id.in_(traces.license_ids), ended)


def _downloads(traces: Traces) -> Select[Any]:
    row = Download
    told = _moment(
        "download", row.created_at, literal(""), row.file_name, literal(""), row.grant_id
    )
    return told.where(row.grant_id.in_(traces.grant_ids))


def _sign_ins(traces: Traces) -> Select[Any]:
    row = SignInSession
    told = _moment("sign_in", row.created_at, literal(""), row.device, literal(""), row.id)
    return told.where(row.user_id == (traces.user_id or 0))


def _consents(traces: Traces) -> Select[Any]:
    row = Consent
    kind = case((row.is_given, "agreed"), else_="took back")
    told = _moment("consent", row.created_at, kind, row.words, row.about, row.id)
    return told.where(row.subject.in_(traces.subjects))


def _staff(traces: Traces) -> Select[Any]:
    row = AuditEntry
    told = _moment("staff", row.created_at, row.act, row.reason, row.actor, row.id)
    return told.where(row.subject.in_(traces.subjects))
