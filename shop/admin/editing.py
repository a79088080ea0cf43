"""Records with forms: made, changed and deleted, with an audit entry each."""

import enum
from datetime import datetime
from typing import Any

from flask import abort, flash, redirect, request
from flask_admin import expose
from sqlalchemy import inspect
from sqlalchemy.exc import IntegrityError

from shop.accounts import audit
from shop.admin import seen
from shop.admin.records import RecordView
from shop.admin.undoing.offers import Watch
from shop.admin.undoing.reversals import records
from shop.db import session


class EditableView(RecordView):
    """Says its `form`, a WTForms class: what is not there cannot be set by any request."""

    create_template = edit_template = "admin/form.html"
    removal_template = "admin/removal.html"
    left_out = frozenset({"ajax_lookup", "ajax_update"})
    creates = edits = True
    deletes = False

    @property
    def can_create(self) -> bool:  # type: ignore[override]
        return self.creates and self.may("create_view")

    @property
    def can_edit(self) -> bool:  # type: ignore[override]
        return self.edits and self.may("edit_view")

    @property
    def can_delete(self) -> bool:  # type: ignore[override]
        return self.deletes and self.may("delete_view")

    # Pages

    @expose("/new/", methods=("GET", "POST"))
    def create_view(self) -> Any:
        if not self.creates:
            abort(404)
        form = self.create_form()
        if request.method == "POST" and form.validate():
            record = self.create(form)
            if record is not None:
                flash(f"{self.title.capitalize()} “{self.name_of(record)}” was made.", "good")
                return redirect(self._next_url(record), 303)
        return self.form_page(form), 422 if request.method == "POST" else 200

    @expose("/<id>/edit", methods=("GET", "POST"))
    def edit_view(self, id: str) -> Any:
        if not self.edits:
            abort(404)
        record = self.one_or_404(id)
        if request.method == "POST":
            seen.lock(record)
        now = self.form_of(record)
        form = self.edit_form(record)
        theirs: list[tuple[str, str]] = []
        if request.method == "POST" and form.validate():
            if request.form.get("seen") != seen.digest(now):
                theirs = seen.differences(form, now)
            elif self.change(form, record):
                return self._saved(form, record, now.data)
        page = self.form_page(form, record=record, seen=seen.digest(now), theirs=theirs)
        return page, 409 if theirs else 422 if request.method == "POST" else 200

    @expose("/<id>/removal", methods=("GET", "POST"))
    def delete_view(self, id: str) -> Any:
        """The question whether it is meant, and the deletion."""
        record = self.one_or_404(id)
        if not self.deletes:
            abort(404)
        obstacle = self.obstacle(record)
        if request.method == "POST" and not obstacle and self.remove(record):
            flash(f"{self.title.capitalize()} “{self.name_of(record)}” was deleted.", "good")
            return redirect(self.get_url(".index_view"), 303)
        return self.render(self.removal_template, record=record, obstacle=obstacle)

    def form_page(self, form: Any, **context: Any) -> Any:
        return self.render(self.edit_template, form=form, **context)

    def _saved(self, form: Any, record: Any, before: dict[str, Any]) -> Any:
        said = f"{self.title.capitalize()} “{self.name_of(record)}” was saved."
        changed = {records.key_of(self, record): before} if self.can_undo(form) else {}
        return Watch(f"{self.endpoint}.edit_view", changed).answer(said, self._next_url(record))

    def can_undo(self, form: Any) -> bool:  # noqa: ARG002  for subclasses
        """Whether the form of before says all that this one changed."""
        return True

    def _next_url(self, record: Any) -> str:
        stays = "stay" in request.form
        return self.url_of(record) if stays else str(self.get_url(".index_view"))

    # What they do; a subclass may do it in its package's own words

    def form_of(self, record: Any) -> Any:
        """The form as the record fills it now, whatever was typed."""
        return self._edit_form_class(None, obj=record)

    def create(self, form: Any) -> Any:
        """The new record; None when the database found a reason against it."""
        record = self.model()
        form.populate_obj(record)
        return record if self._write(form, record, "create") else None

    def change(self, form: Any, record: Any) -> bool:
        form.populate_obj(record)
        return self._write(form, record, "update")

    def obstacle(self, _record: Any) -> str:
        """Why it cannot be deleted; empty when it can."""
        return ""

    def remove(self, record: Any) -> bool:
        self.note("delete", record)
        session.delete(record)
        session.flush()  # a row that leans on it must say so now, not after the answer
        return True

    def _write(self, form: Any, record: Any, verb: str) -> bool:
        changed = changes(record)
        try:
            with session.begin_nested():
                session.add(record)
        except IntegrityError:
            form.form_errors.append("Something here is taken by another record.")
            return False
        self.note(verb, record, **changed)
        return True

    def note(self, verb: str, record: Any, **data: Any) -> None:
        """An audit entry about this record."""
        audit.note(f"{self.title}.{verb}", f"{self.title}:{self.address_of(record)}", **data)


def changes(record: Any) -> dict[str, list[Any]]:
    """What of a record is about to be written: by column, what it was and what it becomes."""
    state = inspect(record)
    found = {}
    for column in state.mapper.column_attrs:
        history = state.attrs[column.key].history
        if history.has_changes() and state.attrs[column.key].value is not None:
            before = history.deleted[0] if history.deleted else None
            found[column.key] = [plain(before), plain(state.attrs[column.key].value)]
    return found


def plain(value: Any) -> Any:
    """As JSON holds it."""
    if isinstance(value, datetime | enum.Enum):
        return str(value)
    return value if isinstance(value, str | int | float | bool | list | dict | None) else str(value)
