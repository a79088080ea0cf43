"""Tables whose rows are written once: the database itself refuses to change or delete them."""

from typing import cast

from sqlalchemy import DDL, Table, event
from sqlalchemy.schema import ExecutableDDLElement

from shop.db import Base

SQLITE = (
    "CREATE TRIGGER {table}_no_{verb} BEFORE {verb} ON {table} "
    "BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
)
POSTGRES_FUNCTION = (
    "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger AS "
    "$$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$ LANGUAGE plpgsql"
)
POSTGRES = (
    "CREATE TRIGGER {table}_no_{verb} BEFORE {verb} ON {table} "
    "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
)
VERBS = ("update", "delete")
protected: list[str] = []
"""The names of such tables."""


def protect(model: type[Base]) -> None:
    """Have the table made with triggers; its migration runs `statements` too."""
    table = cast(Table, model.__table__)
    protected.append(table.name)
    for dialect in ("sqlite", "postgresql"):
        for statement in statements(dialect, table.name):
            ddl: ExecutableDDLElement = DDL(statement.replace("%", "%%"))  # type: ignore[no-untyped-call]
            ddl = ddl.execute_if(dialect=dialect)
            event.listen(table, "after_create", ddl)


def statements(dialect: str, table: str) -> list[str]:
    """What makes the triggers of one table."""
    pattern = SQLITE if dialect == "sqlite" else POSTGRES
    triggers = [pattern.format(table=table, verb=verb) for verb in VERBS]
    return triggers if dialect == "sqlite" else [POSTGRES_FUNCTION, *triggers]
