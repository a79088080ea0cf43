"""The words of a mail: Markdown with placeholders, such as `{name}`, made into its two parts.

Nothing is computed. A placeholder is put in after the Markdown was read, so that no value can bring
Markdown or HTML along.
"""

import re
import textwrap
from collections.abc import Callable, Iterator, Mapping
from urllib.parse import quote

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markupsafe import Markup

from shop.mail.blocks import Block, Button, Code
from shop.mail.kinds import Value

PLACEHOLDER = re.compile(r"\{([a-z][a-z_]*)\}")
IN_ADDRESS = re.compile(r"%7B([a-z][a-z_]*)%7D")
WIDTH = 78
RULES = ["heading", "list", "emphasis", "link", "backticks", "newline"]

Values = Mapping[str, Value]

_markdown = MarkdownIt("zero", {"breaks": True}).enable(RULES)
_renderer = RendererHTML()


def parse(text: str) -> list[list[Token]]:
    """By paragraphs, headings and whole lists."""
    pieces: list[list[Token]] = []
    for token in _markdown.parse(text.replace("\r\n", "\n")):
        if token.level == 0 and token.nesting >= 0:
            pieces.append([])
        pieces[-1].append(token)
    return pieces


def subject(text: str, values: Values) -> str:
    return " ".join(_fill(text, values).split())


def blocks(text: str, values: Values) -> list[Block]:
    """What the mail consists of."""
    return [block for piece in parse(text) for block in _blocks(piece, values)]


def names_in(tokens: list[Token]) -> Iterator[str]:
    """The placeholders that would be filled in."""
    for token in tokens:
        for part in [token, *(token.children or [])]:
            if part.type in {"text", "code_inline"}:
                yield from PLACEHOLDER.findall(part.content)
            yield from IN_ADDRESS.findall(address_of(part))


def alone(piece: list[Token]) -> list[Token]:
    """What the paragraph consists of, without what only separates; empty for lists."""
    if len(piece) != 3 or piece[0].type != "paragraph_open":
        return []
    return [part for part in piece[1].children or [] if part.type != "text" or part.content.strip()]


def only_placeholder(piece: list[Token]) -> str:
    """The one that the paragraph consists of."""
    parts = alone(piece)
    found = len(parts) == 1 and PLACEHOLDER.fullmatch(parts[0].content.strip())
    return found[1] if found and parts[0].type == "text" else ""


def address_of(token: Token) -> str:
    return str(token.attrGet("href") or "") if token.type == "link_open" else ""


class Words:
    """What is written as it is, and not drawn in a way of its own."""

    def __init__(self, tokens: list[Token]) -> None:
        self._tokens = tokens

    @property
    def html(self) -> Markup:
        return Markup(_renderer.render(self._tokens, _markdown.options, {}).strip())  # noqa: S704  it escapes

    @property
    def text(self) -> str:
        return "\n".join(_lines(self._tokens))


def _blocks(piece: list[Token], values: Values) -> tuple[Block, ...]:
    given = values.get(only_placeholder(piece))
    if isinstance(given, tuple):
        return given
    if any(values[name] in (None, ()) for name in names_in(piece)):
        return ()
    _fill_in(piece, values)
    return (_as_drawn(piece),)


def _as_drawn(piece: list[Token]) -> Block:
    """A link that stands alone is a button, and so is code a box."""
    parts = alone(piece)
    if len(parts) == 1 and parts[0].type == "code_inline":
        return Code(parts[0].content)
    if _is_one_link(parts):
        label = "".join(part.content for part in parts[1:-1])
        return Button(label, address_of(parts[0]))
    return Words(piece)


def _is_one_link(parts: list[Token]) -> bool:
    kinds = [part.type for part in parts]
    return kinds[:1] == ["link_open"] and kinds.index("link_close") == len(parts) - 1


def _fill_in(tokens: list[Token], values: Values) -> None:
    for token in tokens:
        if token.type in {"text", "code_inline"}:
            token.content = _fill(token.content, values)
        if address := address_of(token):
            filled = IN_ADDRESS.sub(lambda found: _in_address(found, address, values), address)
            token.attrSet("href", filled)
        _fill_in(token.children or [], values)


def _fill(text: str, values: Values) -> str:
    """What is empty takes the space before it along."""
    filled = re.sub(rf"( ?){PLACEHOLDER.pattern}", _filler(values), text)
    return filled.lstrip() if text.startswith("{") else filled


def _filler(values: Values) -> Callable[[re.Match[str]], str]:
    def fill(found: re.Match[str]) -> str:
        value = values[found[2]]
        return f"{found[1]}{value}" if value else ""

    return fill


def _in_address(found: re.Match[str], address: str, values: Values) -> str:
    """An address of ours, or a part of a written one."""
    value = str(values[found[1]])
    return value if found[0] == address else quote(value, safe="")


def _lines(tokens: list[Token]) -> Iterator[str]:
    mark = ""
    for token in tokens:
        if token.type == "list_item_open":
            mark = f"{token.info}. " if token.info else "- "
        if token.type == "inline":
            for line in _plain(token.children or []).split("\n"):
                yield _wrapped(line, mark)
                mark = " " * len(mark)


def _wrapped(line: str, mark: str) -> str:
    return textwrap.fill(
        line,
        WIDTH,
        initial_indent=mark,
        subsequent_indent=" " * len(mark),
        break_long_words=False,
        break_on_hyphens=False,
        replace_whitespace=False,
    )


def _plain(parts: list[Token]) -> str:
    """A link's address follows what it is called."""
    text, address, since = "", "", 0
    for part in parts:
        if part.type == "link_open":
            address, since = address_of(part), len(text)
        elif part.type == "link_close":
            text += f" ({address})" if text[since:] != address else ""
        else:
            text += "\n" if part.type in {"softbreak", "hardbreak"} else part.content
    return text
