"""The forms of a page, as a browser would send them."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

UNSENT = {"submit", "button", "reset", "image", "file"}
CHOSEN = {"checkbox", "radio"}


@dataclass
class Form:
    action: str
    """Empty for the address of its page."""
    values: dict[str, str] = field(default_factory=dict)
    """As they stand; of those that share a name the last one."""
    names: dict[str, str] = field(default_factory=dict)
    """By what they are for, such as `cc-number`; see `autocomplete` in HTML."""


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self._form: Form | None = None
        self._select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._form = Form(given.get("action", ""))
            self.forms.append(self._form)
        elif self._form and tag == "input":
            self._read_input(self._form, given)
        elif self._form and tag == "select":
            self._select = given.get("name", "")
        elif self._form and tag == "option" and self._select:
            self._read_option(self._form, given)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        elif tag == "select":
            self._select = ""

    @staticmethod
    def _read_input(form: Form, given: dict[str, str]) -> None:
        kind, name = given.get("type", "text"), given.get("name", "")
        if not name or kind in UNSENT or (kind in CHOSEN and "checked" not in given):
            return
        form.values[name] = given.get("value", "on" if kind in CHOSEN else "")
        form.names[given.get("autocomplete", "")] = name

    def _read_option(self, form: Form, given: dict[str, str]) -> None:
        if self._select not in form.values or "selected" in given:
            form.values[self._select] = given.get("value", "")


def forms_of(page: str) -> Iterator[Form]:
    reader = _Reader()
    reader.feed(page)
    return iter(reader.forms)
