"""Every act of the back office says what it is to somebody who did it by mistake."""

from collections.abc import Iterator

from flask import Flask
from werkzeug.routing import Rule

from shop.admin import gate
from shop.admin.orders import shipping
from shop.admin.undoing import table
from shop.admin.undoing.table import Asks, Harmless, Typed, Undoable

SEVERAL = {
    "admin_orders.handle_parcel": ["ship", *shipping.SMALL_ACTS],
    "admin_orders.add_parcel": ["ship", "pack"],
}
"""Routes that do several things, beside those of bulk acts."""


def rules(app: Flask) -> list[Rule]:
    return [rule for rule in app.url_map.iter_rules() if gate.is_back_office(rule.rule)]


def bulk(app: Flask) -> dict[str, tuple[list[str], set[str]]]:
    """By view, the names of what is done to many, and of those that ask before."""
    (admin,) = app.extensions["admin"]
    found = {}
    for view in admin._views:
        if names := [name for name, _ in getattr(view, "_actions", ()) if name != "delete"]:
            asking = {name for name, one in view._actions_data.items() if one[2]}
            found[f"{view.endpoint}.action_view"] = (names, asking)
    return found


def acts(app: Flask) -> Iterator[str]:
    """All that changes something, as the table names it."""
    many = bulk(app)
    for rule in rules(app):
        if (rule.methods or set()) & {"POST", "PUT", "PATCH", "DELETE"}:
            several = (
                many[rule.endpoint][0] if rule.endpoint in many else SEVERAL.get(rule.endpoint)
            )
            yield from [f"{rule.endpoint} {name}" for name in several or ()] or [rule.endpoint]


def test_no_act_is_missing_and_none_is_too_many(app: Flask) -> None:
    assert sorted(set(acts(app))) == sorted(table.ACTS)


def test_what_asks_has_a_page_that_does(app: Flask) -> None:
    pages = {rule.endpoint for rule in rules(app) if "GET" in (rule.methods or ())}
    pages |= {f"{view} {name}" for view, (_, asking) in bulk(app).items() for name in asking}
    pages.add("admin_import.preview")  # shows the file that was sent
    found = {act: it.page or act for act, it in table.ACTS.items() if isinstance(it, Asks)}
    assert {act: page for act, page in found.items() if page not in pages} == {}


def test_what_neither_asks_nor_is_undone_says_why() -> None:
    for act in table.ACTS.values():
        if isinstance(act, Typed):
            assert act.afterwards
        elif isinstance(act, Harmless):
            assert act.because
        else:
            assert isinstance(act, Asks | Undoable)
