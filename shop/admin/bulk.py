"""Something done to many records at once: counted, confirmed, bounded."""

from typing import Any

from flask import abort, flash, redirect, request

from shop.errors import ShopError

MOST = 500
"""Records at a time: an act is one transaction, and others wait for it."""


class NothingChosen(ShopError):
    status = 400
    title = "Nothing was chosen"
    message = "Go back and tick at least one row."


class TooMany(ShopError):
    status = 400
    title = "That is too much at once"
    message = f"At most {MOST} rows can be changed at a time."


def answer(view: Any) -> Any:
    """The confirmation for an act that asks for one, else the act itself, then the list again."""
    name = request.form.get("action", "")
    ids = sorted({id for id in request.form.getlist("rowid") if id.isascii() and id.isdigit()})
    actions, questions = view.get_actions_list()
    if name not in dict(actions):
        abort(404)
    if not ids:
        raise NothingChosen
    if len(ids) > MOST:
        raise TooMany
    back = list_url(view)
    if name in questions and "confirmed" not in request.form:
        return view.render(
            "admin/confirm.html", action=name, label=dict(actions)[name], question=questions[name],
            ids=ids, return_url=back,
        )  # fmt: skip
    done = view._actions_data[name][0](ids)  # noqa: SLF001  where Flask-Admin keeps them
    flash(f"{dict(actions)[name]}: {done} of {len(ids)} changed.", "good")
    return redirect(back, 303)


def list_url(view: Any) -> str:
    """The list as it was: with its tab, search and filters."""
    query = request.form.get("query", "")
    url = str(view.get_url(".index_view"))
    return f"{url}?{query}" if query else url
