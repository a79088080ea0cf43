"""Days, counted alike by both databases."""

from typing import Any

from sqlalchemy import ColumnElement, Date, case, func
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from shop.admin.reports.periods import Period


class utc_day(FunctionElement[Any]):  # noqa: N801  a function of SQL
    """The day of a moment in UTC, whatever time zone the database's session has."""

    type = Date()
    inherit_cache = True


@compiles(utc_day, "sqlite")
def _sqlite(element: utc_day, compiler: SQLCompiler, **given: Any) -> str:
    return f"date({compiler.process(element.clauses, **given)})"


@compiles(utc_day, "postgresql")
def _postgresql(element: utc_day, compiler: SQLCompiler, **given: Any) -> str:
    return f"CAST(({compiler.process(element.clauses, **given)}) AT TIME ZONE 'UTC' AS DATE)"


def within(column: Any, period: Period) -> ColumnElement[bool]:
    """From its first moment to before the first one after it."""
    both: ColumnElement[bool] = (column >= period.start) & (column < period.end)
    return both


def summed(column: Any) -> ColumnElement[int]:
    """0 where there is nothing to add."""
    return func.coalesce(func.sum(column), 0)


def counted(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)
