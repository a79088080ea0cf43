"""Many rows at once: COPY on PostgreSQL, and on SQLite no more than its own driver does."""

from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from typing import Any

from psycopg import sql
from sqlalchemy import Column, Table, insert
from sqlalchemy.engine import Dialect

from shop.db import commit, session

Row = dict[str, Any]


def write(table: Table, rows: Iterable[Row]) -> None:
    """In one transaction. All rows name the same columns; the rest gets its defaults."""
    rows = iter(rows)
    first = next(rows, None)
    if first is None:
        return
    connection = session.connection()
    dialect = connection.dialect
    columns = [one for one in table.c if one.name in first or one.default is not None]
    values = _values(columns, dialect, chain([first], rows))
    cursor: Any = connection.connection.cursor()
    if dialect.name == "postgresql":
        _copy(cursor, table.name, columns, values)
    else:
        names = [column.name for column in columns]
        statement = insert(table).compile(dialect=dialect, column_keys=names)
        cursor.executemany(str(statement), values)
    commit()


def _copy(
    cursor: Any, table: str, columns: list[Column[Any]], values: Iterable[tuple[Any, ...]]
) -> None:
    names = sql.SQL(", ").join(sql.Identifier(column.name) for column in columns)
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(table), names)
    with cursor.copy(statement) as copy:
        for row in values:
            copy.write_row(row)


def _values(
    columns: list[Column[Any]], dialect: Dialect, rows: Iterable[Row]
) -> Iterator[tuple[Any, ...]]:
    """Rows as the driver takes them."""
    makers = [_maker(column, dialect) for column in columns]
    for row in rows:
        yield tuple(make(row) for make in makers)


def _maker(column: Column[Any], dialect: Dialect) -> Callable[[Row], Any]:
    name = column.name
    default: Any = column.default
    process: Any = column.type.dialect_impl(dialect).bind_processor(dialect) or (
        lambda value: value
    )
    if default is None:
        return lambda row: process(row[name])
    if default.is_scalar:
        usual = process(default.arg)
        return lambda row: process(row[name]) if name in row else usual
    return lambda row: process(row[name] if name in row else default.arg(None))
