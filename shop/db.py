"""The session, and the one transaction that every request and every task runs in."""

import enum
import select
import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime
from threading import Lock
from typing import Any

import psycopg
from flask import Flask, Response, g, has_request_context, request
from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy.session import Session as FlaskSession
from sqlalchemy import JSON, Connection, DateTime, Enum, MetaData, TypeDecorator, event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Dialect, Engine
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.pool import Pool

from shop.cursors import PlainCursor

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


class UtcDateTime(TypeDecorator[datetime]):
    """Aware UTC in Python on every database; SQLite alone would forget the zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        if value is not None and value.tzinfo is None:
            raise ValueError("a naive datetime has no place in the database")
        return value.astimezone(UTC) if value else None

    def process_result_value(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {
        datetime: UtcDateTime,
        dict[str, Any]: JSON,
        dict[str, str]: JSON,
        list[str]: JSON,
        enum.StrEnum: Enum(
            enum.StrEnum,
            native_enum=False,
            length=32,
            values_callable=lambda members: [member.value for member in members],
        ),
    }

    id: Mapped[int] = mapped_column(primary_key=True, sort_order=-1)


class OneTransaction(FlaskSession):
    """Of a request that only reads, PostgreSQL hears its questions and nothing else.

    In its isolation level each statement sees the newest rows anyhow; BEGIN and COMMIT around them
    would cost as much as two questions. psycopg is told, and not SQLAlchemy, which would switch the
    connection there and back for every request.
    """

    def get_bind(self, *_args: object, clause: Any = None, **_kwargs: object) -> Engine:
        """:raises WroteInGet: when the clause writes in a request that only reads."""
        if clause is not None and clause.is_dml and only_reads():
            raise WroteInGet
        return self._db.engine


db = SQLAlchemy(metadata=Base.metadata, session_options={"class_": OneTransaction})
session = db.session


class WroteInGet(RuntimeError):
    """A GET is about to write and has not said so with `will_write`."""


def init_app(app: Flask) -> None:
    options: dict[str, Any] = {"hide_parameters": True}  # of a failed statement: they are personal
    if app.config["SQLALCHEMY_DATABASE_URI"].startswith("sqlite"):
        options["connect_args"] = {"timeout": 10}
    else:
        options["connect_args"] = {
            "connect_timeout": 10,
            "keepalives_idle": 30,
            "cursor_factory": PlainCursor,
        }
        options["pool_recycle"] = 600  # what a firewall forgot is not asked again
    app.config.setdefault("SQLALCHEMY_ENGINE_OPTIONS", options)
    db.init_app(app)
    app.after_request(end_request)


def end_request(response: Response) -> Response:
    """What succeeded is committed; an error leaves no trace."""
    if response.status_code >= 400:
        rollback()
    elif not only_reads() or _is_unfinished():
        commit()
    return response


def _is_unfinished() -> bool:
    """Whether a request that says it reads leaves something for `commit` to do, or to refuse."""
    return bool(session.info or session.new or session.dirty or session.deleted)


def commit() -> None:
    """Make the work so far safe, then run what waited for that.

    Called at the end of a request or task, and before a call that leaves the house (Stripe, a mail
    server), so that nobody waits for a lock while somebody else's computer thinks.
    """
    session.commit()
    for call in session.info.pop("after_commit", []):  # the flush of this commit adds to it too
        call()


def rollback() -> None:
    session.info.pop("after_commit", None)
    session.rollback()


def after_commit(call: Callable[[], object]) -> None:
    """Run `call` once this transaction is safe; forget it if it is rolled back."""
    session.info.setdefault("after_commit", []).append(call)


def will_write() -> None:
    """Say in a GET that it is going to write, before its first write; ends the read transaction.

    Raises what `g.refuses_writes` holds, for who may only look.
    """
    if (refusal := g.get("refuses_writes")) is not None:
        raise refusal
    g.writes = True
    session.rollback()


def insert(model: type[Base]) -> postgresql.Insert:
    """With `ON CONFLICT`, which both databases write alike but the common dialect has not."""
    known: dict[str, Any] = {"postgresql": postgresql.insert, "sqlite": sqlite.insert}
    statement: postgresql.Insert = known[session.get_bind().dialect.name](model)
    return statement


def insert_once(model: type[Base], **values: Any) -> int | None:
    """The id of the new row; None when one that may exist only once is there already."""
    statement = insert(model).values(values).on_conflict_do_nothing()
    return session.scalar(statement.returning(model.id))


def utcnow() -> datetime:
    return datetime.now(UTC)


@event.listens_for(Engine, "connect")
def _prepare_sqlite(connection: Any, _record: object) -> None:
    if isinstance(connection, sqlite3.Connection):
        connection.isolation_level = None  # we say BEGIN ourselves, see below
        for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}")
        _listen_for_begin()


def _listen_for_begin() -> None:
    """Not before there is a SQLite: with any listener to engines, PostgreSQL's take longer too."""
    with _listening:
        if not event.contains(Engine, "begin", _begin_sqlite):
            event.listen(Engine, "begin", _begin_sqlite)


_listening = Lock()


@event.listens_for(Pool, "checkout")
def _prepare_postgres(connection: Any, _record: object, _proxy: object) -> None:
    if not isinstance(connection, psycopg.Connection):
        return
    _leave_if_dead(connection)
    if connection.autocommit != (reads := only_reads()):
        connection.autocommit = reads  # see `OneTransaction`


def _leave_if_dead(connection: psycopg.Connection) -> None:
    """One that the server closed can be read: by its end. Looking costs no question."""
    poll = select.poll()
    poll.register(connection, select.POLLIN)
    if poll.poll(0):
        raise DisconnectionError("the server closed the connection")


def _begin_sqlite(connection: Connection) -> None:
    """Writers take the lock at once: one that starts as a reader fails when it is overtaken."""
    if connection.dialect.name == "sqlite":
        is_reader = connection.get_execution_options().get("only_reads") or only_reads()
        connection.exec_driver_sql("BEGIN" if is_reader else "BEGIN IMMEDIATE")


@event.listens_for(OneTransaction, "before_flush")
def refuse_flush(*_args: object) -> None:
    if only_reads():
        raise WroteInGet


def only_reads() -> bool:
    """Whether this is a request that does not write."""
    return has_request_context() and request.method in SAFE_METHODS and "writes" not in g
