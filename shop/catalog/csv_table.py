"""Rows of a CSV file as people send it: any of the usual encodings, delimiters and accidents."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from io import StringIO

from shop.errors import ShopError

DELIMITERS = ",;\t"


class UnreadableFile(ShopError):
    status = 422
    title = "This file cannot be read"


@dataclass(frozen=True)
class Row:
    line: int
    """Where it begins in the file, as an editor counts."""
    cells: dict[str, str]
    """By column name in lower case."""
    problem: str = ""


def read(content: bytes) -> tuple[set[str], list[Row]]:
    """The column names in lower case, and the rows that are not empty.

    :raises UnreadableFile: when it is not text, or has no usable header.
    """
    text = decode(content)
    records = _records(text)
    _, header, problem = next(records, (1, [], ""))
    columns = [name.strip().lower() for name in header]
    named = [name for name in columns if name]
    if problem or not named:
        raise UnreadableFile(f"The file has no header row. {problem}".strip())
    if twice := {name for name in named if named.count(name) > 1}:
        raise UnreadableFile(f"The column “{min(twice)}” is there twice.")
    rows = [_row(columns, *record) for record in records]
    return set(named), [row for row in rows if row.problem or any(row.cells.values())]


def decode(content: bytes) -> str:
    """UTF-8 with or without its mark, UTF-16 with its mark, or what Windows calls ANSI."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = ["utf-16"]
    else:
        encodings = ["utf-8-sig", "cp1252"]
    for encoding in encodings:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise UnreadableFile("The file is neither UTF-8 nor Windows-1252 text.")


def _records(text: str) -> Iterator[tuple[int, list[str], str]]:
    """Line, cells and problem of every record; the reader goes on behind a bad one."""
    first = text.split("\n", 1)[0]
    reader = csv.reader(
        StringIO(text, newline=""), delimiter=max(DELIMITERS, key=first.count), strict=True
    )
    while True:
        line = reader.line_num + 1
        try:
            yield line, next(reader), ""
        except StopIteration:
            return
        except csv.Error as error:
            yield line, [], f"the row cannot be read: {_explain(str(error))}"


def _explain(error: str) -> str:
    return "a quote is never closed" if error == "unexpected end of data" else error


def _row(columns: list[str], line: int, record: list[str], problem: str) -> Row:
    """With a wrong number of cells, those it has: they may still say which product it is of."""
    cells = {name: cell.strip() for name, cell in zip(columns, record, strict=False) if name}
    if not problem and any(cells.values()) and len(record) != len(columns):
        problem = f"the row has {len(record)} cells, the header has {len(columns)}"
    return Row(line, cells, problem)
