"""Alembic, told by the shop's own settings which database it works on."""

from pathlib import Path
from typing import Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy import Connection, Enum, NullPool, create_engine

from shop import app, config
from shop.db import Base, UtcDateTime

__all__ = ["app"]  # importing it imports every model

LOCK = 4_761_773  # two machines that start together migrate one after the other


def run() -> None:
    url = context.config.attributes.get("url") or config.load().sqlalchemy_url
    if url.startswith("sqlite:///"):
        Path(url.removeprefix("sqlite:///")).parent.mkdir(parents=True, exist_ok=True)
    with create_engine(url, poolclass=NullPool).connect() as connection:
        migrate(connection)


def migrate(connection: Connection) -> None:
    """All or nothing: both databases roll back changes of tables."""
    is_sqlite = connection.dialect.name == "sqlite"
    if is_sqlite:
        _suspend_foreign_keys(connection)
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=is_sqlite,
        render_item=render_item,
        transactional_ddl=True,
        compare_type=True,
    )
    with context.begin_transaction():
        if not is_sqlite:
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({LOCK})")
        context.run_migrations()
        if is_sqlite and connection.exec_driver_sql("PRAGMA foreign_key_check").first():
            raise RuntimeError("the migration would leave rows without their parents")


def _suspend_foreign_keys(connection: Connection) -> None:
    """SQLite changes a table by copying it; dropping the old one would delete its children."""
    driver = connection.connection.driver_connection
    assert driver is not None  # noqa: S101  for the type checker
    driver.execute("PRAGMA foreign_keys=OFF")


def render_item(kind: str, item: object, _imports: AutogenContext) -> str | Literal[False]:
    """In a revision, our types by their short names; an enum is the text that it is."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "shop.db.UtcDateTime()"
    if kind == "type" and isinstance(item, Enum):
        return f"sa.String(length={item.length})"
    return False


run()
