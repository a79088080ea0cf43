"""A cursor of psycopg that says little about its columns.

SQLAlchemy asks for the description of every result and, of a statement that it knows, looks at no
more than whether there is one. psycopg's own makes an object for each column, which was a
twenty-fifth of what a checkout costs.
"""

from typing import Any

import psycopg

Described = tuple[str, int, None, None, None, None, None]
"""A column as the DB-API has it: its name, the number of its type, and nothing else."""


class PlainCursor(psycopg.Cursor[Any]):
    @property
    def description(self) -> list[Described] | None:  # type: ignore[override]  # as PEP 249 has it
        result = self.pgresult
        if result is None or not (
            result.nfields or result.status == psycopg.pq.ExecStatus.TUPLES_OK
        ):
            return None
        return [
            ((result.fname(i) or b"").decode(), result.ftype(i), None, None, None, None, None)
            for i in range(result.nfields)
        ]
