"""How many questions a piece of work asks the database."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event

from shop.db import db
from shop.preferences.kept import CHOSEN, WRITTEN
from shop.search import pulse


@contextmanager
def count_queries(*, with_looks: bool = False) -> Iterator[list[str]]:
    """The SQL statements sent meanwhile, without BEGIN, COMMIT and savepoints.

    :param with_looks: also those at what changed, which a process takes a few times a second.

    `with count_queries() as queries: client.get("/")`, then `len(queries)`.
    """
    statements: list[str] = []

    def note(
        _connection: Any, _cursor: Any, statement: str, _parameters: Any, _context: Any, _many: Any
    ) -> None:
        is_frame = statement.startswith(("BEGIN", "SAVEPOINT", "RELEASE", "ROLLBACK", "COMMIT"))
        if not is_frame and (with_looks or statement not in looks):
            statements.append(statement)

    engine = db.engine
    whole = {"render_postcompile": True}
    asked = (pulse.QUESTION, CHOSEN, WRITTEN)
    looks = {str(look.compile(engine, compile_kwargs=whole)) for look in asked}
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(engine, "before_cursor_execute", note)
