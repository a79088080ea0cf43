"""New rows, written by plain statements.

A flush compares all that is loaded and finds out what has to be written first. Where that is known,
a plain insert costs half as much.
"""

from collections.abc import Sequence
from functools import cache
from typing import Any, TypeVar

from sqlalchemy.orm import make_transient_to_detached
from sqlalchemy.orm.attributes import set_committed_value

from shop import db
from shop.db import Base, session

Row = TypeVar("Row", bound=Base)


def put(*rows: Row) -> None:
    """Insert them now; the session knows them then, with their ids and defaults.

    :param rows: new ones of one model. What hangs on them is put by itself.
    """
    statement = _insert(type(rows[0]))
    written = _execute(statement, [_values(row) for row in rows])
    for row, values in zip(rows, written, strict=True):
        _settle(row, values)


def put_once(row: Row) -> bool:
    """As `put` does; False when one that may exist only once is there already."""
    written = _execute(_insert_once(type(row), session.get_bind().dialect.name), [_values(row)])
    for values in written:
        _settle(row, values)
    return bool(written)


def _values(row: Base) -> dict[str, Any]:
    given = vars(row)
    return {name: given[name] for name in _names(type(row)) if given.get(name) is not None}


def _execute(statement: Any, given: list[dict[str, Any]]) -> Sequence[Any]:
    connection = session.connection({"clause": statement})
    rows: Sequence[Any] = connection.execute(statement, given if len(given) > 1 else given[0]).all()
    return rows


def _settle(row: Base, values: Any) -> None:
    for name, value in zip(_names(type(row)), values, strict=True):
        set_committed_value(row, name, value)
    make_transient_to_detached(row)
    session.add(row)


@cache
def _names(model: type[Base]) -> Sequence[str]:
    return model.__table__.c.keys()


@cache
def _insert(model: type[Base]) -> Any:
    """One statement for each model: building it takes longer than running it."""
    table: Any = model.__table__
    return table.insert().returning(*table.c, sort_by_parameter_order=True)


@cache
def _insert_once(model: type[Base], _dialect: str) -> Any:
    table: Any = model.__table__
    return db.insert(table).on_conflict_do_nothing().returning(*table.c)
