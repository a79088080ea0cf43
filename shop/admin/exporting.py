"""A list as CSV: of its tab, search and filters, streamed, safe to open in a spreadsheet."""

import csv
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

from flask import Response, stream_with_context
from markupsafe import Markup

from shop.db import session, utcnow

AT_ONCE = 1_000
FORMULA = ("=", "+", "-", "@", "\t", "\r")


class Line:
    """What `csv.writer` writes to: it hands the line back."""

    def write(self, line: str) -> str:
        return line


def stream(view: Any) -> Response:
    """Newest first. Never more than a thousand rows are in memory."""
    columns = view._export_columns  # noqa: SLF001  Flask-Admin keeps them there
    lines = rows_of(
        [title for _name, title in columns],
        (
            [view.get_export_value(record, name) for name, _title in columns]
            for record in records(view)
        ),
    )
    return respond(lines, f"{view.endpoint.removeprefix('admin_')}-{utcnow():%Y-%m-%d}.csv")


def respond(lines: Iterator[str], file_name: str) -> Response:
    disposition = f'attachment; filename="{file_name}"'
    headers = {"Content-Disposition": disposition}
    return Response(stream_with_context(lines), headers=headers, mimetype="text/csv")


def rows_of(titles: list[str], rows: Iterable[list[Any]]) -> Iterator[str]:
    writer = csv.writer(Line())
    yield writer.writerow(titles)
    for row in rows:
        yield writer.writerow([safe(cell) for cell in row])


def safe(cell: Any) -> str:
    """Plain text, and no formula: a spreadsheet would run what begins with = + - @ (OWASP)."""
    if isinstance(cell, int | float | Decimal):
        return str(cell)
    text = str(cell.striptags()) if isinstance(cell, Markup) else str(cell)
    return f"'{text}" if text.startswith(FORMULA) else text


def records(view: Any) -> Iterator[Any]:
    """All records of the list, a part at a time, so that memory and locks stay small."""
    query = _filtered(view)
    key = view.model.id
    last = None
    while True:
        part = query.filter(key < last) if last is not None else query
        found = part.order_by(key.desc()).limit(AT_ONCE).all()
        yield from found
        if len(found) < AT_ONCE:
            return
        last = found[-1].id
        session.expunge_all()


def _filtered(view: Any) -> Any:
    """Flask-Admin's query of the list, without its order and pages."""
    arguments = view._get_list_extra_args()  # noqa: SLF001  as its own export does
    _count, query = view.get_list(
        None, None, None, arguments.search, arguments.filters, execute=False, page_size=0
    )
    return query.order_by(None)
