"""How the values of a list are shown. Each maker returns a formatter as Flask-Admin calls it."""

import enum
from collections.abc import Callable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any

from flask import request
from markupsafe import Markup

from shop import money, web

Formatter = Callable[[Any, Any, Any, str], Any]


def words(value: enum.Enum | str) -> str:
    """`partially_refunded` as people write it."""
    return str(value).replace("_", " ").capitalize()


def pill(kind: str, word: str) -> Markup:
    return Markup('<span class="pill {}">{}</span>').format(kind, word)


def pills(kinds: Mapping[Any, str]) -> Formatter:
    """A status, colored by its kind: good, warn, bad, info or "" for neither."""

    def show(_view: Any, _context: Any, record: Any, name: str) -> Any:
        value = getattr(record, name)
        return pill(kinds.get(value, ""), words(value)) if value else ""

    return show


def amount(_view: Any, _context: Any, record: Any, name: str) -> str:
    """Minor units of the record's own currency."""
    value = getattr(record, name)
    return "" if value is None else money.show(value, record.currency)


def percent(_view: Any, _context: Any, record: Any, name: str) -> str:
    """Basis points: 1900 is 19 %."""
    return f"{getattr(record, name) / 100:g} %"


def moment(_view: Any, value: datetime, _name: str) -> Markup:
    return Markup('<time datetime="{}">{}</time>').format(
        value.isoformat(), web.show_datetime(value)
    )


def link(url: str, text: object) -> Markup:
    return Markup('<a href="{}">{}</a>').format(url, text)


def page_link_of(text: Formatter) -> Formatter:
    """A link to the record's own page, with what another formatter says."""

    def show(view: Any, context: Any, record: Any, name: str) -> Any:
        url, said = view.url_of(record), text(view, context, record, name)
        return said if url == request.path else link(url, said)

    return show


def value(view: Any, _context: Any, record: Any, name: str) -> Any:
    """As its type is shown."""
    found = getattr(record, name)
    for kind, formatter in TYPES.items():
        if isinstance(found, kind):
            return formatter(view, found, name)
    return found


page_link = page_link_of(value)


def yes_or_no(_view: Any, value: bool, _name: str) -> str:  # noqa: FBT001  so it is called
    return "Yes" if value else "No"


TYPES: Mapping[type, Callable[[Any, Any, str], Any]] = MappingProxyType(
    {
        datetime: moment,
        bool: yes_or_no,
        type(None): lambda _view, _value, _name: "",
        enum.StrEnum: lambda _view, value, _name: words(value),
        list: lambda _view, value, _name: ", ".join(map(str, value)),
    }
)
"""By type, for what has no formatter of its own."""
