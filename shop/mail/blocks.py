"""What stands in a mail as a paragraph of its own, in words and in HTML."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from flask import current_app
from markupsafe import Markup


class Block(Protocol):
    @property
    def text(self) -> str: ...
    @property
    def html(self) -> Markup: ...


@dataclass(frozen=True)
class Button:
    """The address follows in words, for programs that show no links."""

    label: str
    url: str

    @property
    def text(self) -> str:
        return f"{self.label}:\n{self.url}"

    @property
    def html(self) -> Markup:
        return _draw("button", self.url, self.label)


@dataclass(frozen=True)
class Code:
    """A key or a number to type."""

    code: str
    label: str = ""

    @property
    def text(self) -> str:
        return f"{self.label}: {self.code}" if self.label else self.code

    @property
    def html(self) -> Markup:
        said = Markup("<p>{}:</p>\n").format(self.label) if self.label else Markup()
        return said + _draw("code", self.code)


class Line(Protocol):
    @property
    def title(self) -> str: ...
    @property
    def note(self) -> str: ...
    @property
    def quantity(self) -> int: ...
    @property
    def amount_label(self) -> str: ...


@dataclass(frozen=True)
class Slip:
    """Goods with their amounts, what comes on top, and the total."""

    lines: Sequence[Line]
    rows: Sequence[tuple[str, str]]
    total: tuple[str, str]

    @property
    def text(self) -> str:
        goods = [_in_words(line) for line in self.lines]
        return "\n".join([*goods, *(f"{label}: {amount}" for label, amount in self._amounts)])

    @property
    def html(self) -> Markup:
        return _draw("slip", self.lines, self.rows, self.total)

    @property
    def _amounts(self) -> list[tuple[str, str]]:
        return [*self.rows, self.total]


@dataclass(frozen=True)
class Items:
    titles: Sequence[str]

    @property
    def text(self) -> str:
        return "\n".join(f"- {title}" for title in self.titles)

    @property
    def html(self) -> Markup:
        items = Markup().join(Markup("<li>{}</li>").format(title) for title in self.titles)
        return Markup("<ul>{}</ul>").format(items)


def _in_words(line: Line) -> str:
    note = f" ({line.note})" if line.note else ""
    return f"{line.quantity} × {line.title}{note}  {line.amount_label}"  # noqa: RUF001


def _draw(macro: str, *values: Any) -> Markup:
    parts: Any = current_app.jinja_env.get_template("mail/_parts.html").module
    drawn: Markup = getattr(parts, macro)(*values)
    return drawn
