"""What a browser would send of a page's form, as it stands there."""

from html.parser import HTMLParser


class Form(HTMLParser):
    """Of the form that carries `seen`, or the first one with a field of this name."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.forms: list[dict[str, list[str]]] = []
        self._select: str | None = None
        self._text: tuple[str, list[str]] | None = None
        self._first: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append({})
        name = found.get("name", "")
        if tag == "input" and name and found.get("type") != "file":
            is_box = found.get("type") in {"checkbox", "radio"}
            if not is_box or "checked" in found:
                self._add(name, found.get("value", "on" if is_box else ""))
        elif tag == "textarea":
            self._text = (name, [])
        elif tag == "select":
            self._select, self._first = name, None
        elif tag == "option" and (self._first is None or "selected" in found):
            self._first = found.get("value", "")

    def handle_data(self, data: str) -> None:
        if self._text:
            self._text[1].append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea" and self._text:
            name, parts = self._text
            self._text = None
            self._add(name, "".join(parts).removeprefix("\r\n").removeprefix("\n"))
        elif tag == "select" and self._select is not None:
            self._add(self._select, self._first or "")
            self._select = None

    def _add(self, name: str, value: str) -> None:
        if self.forms:
            self.forms[-1].setdefault(name, []).append(value)


def filled(page: str, field: str = "title") -> dict[str, list[str]]:
    """The form of the page that has this field."""
    reader = Form()
    reader.feed(page)
    return next(form for form in reader.forms if field in form)
