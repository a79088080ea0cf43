"""A list of records and the page of one: what every Flask-Admin view of ours builds on.

Flask-Admin draws columns, search, filters, sorting and forms from class attributes. What it leaves
open is done here: rights, tabs, saved views, safe CSV, audit, and two people at one record.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from flask import Blueprint, abort, flash, request
from flask_admin import Admin, expose
from flask_admin.contrib.sqla import ModelView
from jinja2 import pass_context
from sqlalchemy import ColumnElement, TextClause, func, select
from sqlalchemy.orm import joinedload
from werkzeug.wrappers import Response

from shop.admin import bulk, cells, exporting, gate, saved
from shop.db import session

MOST_ROWS = 50
LONGEST_PAGE = 9
"""Digits; a larger number is too large for a database."""
LONGEST_SAID = 60
ALL = "all"
"""The tab that a list without one shows."""
NOTHING = "—"


@dataclass(frozen=True)
class Tab:
    """A part of a list, with its count."""

    key: str
    label: str
    condition: ColumnElement[bool] | TextClause


class RecordView(ModelView):  # type: ignore[misc]  # without types
    """Read-only, until a subclass names a form; see `shop.admin.editing.EditableView`."""

    title: ClassVar[str] = ""
    """What one record is called: "order"."""
    many: ClassVar[str] = ""
    """And several: "orders"."""
    tabs: ClassVar[Sequence[Tab]] = ()
    below: ClassVar[str] = ""
    """The endpoint of the view that leads here, when the menu does not."""
    search_hint: ClassVar[str] = ""
    """What the search looks at, where that is not everything."""
    _urls: list[Any]
    left_out: ClassVar[frozenset[str]] = frozenset(
        {"ajax_lookup", "ajax_update", "create_view", "edit_view", "delete_view"}
    )
    """Routes of Flask-Admin's that are not served."""

    can_create = can_edit = can_delete = False
    can_view_details = True
    can_export = True
    column_display_actions = False
    simple_list_pager = True  # Flask-Admin counts nothing: see `get_list`
    column_default_sort: Any = ("id", True)
    column_type_formatters = dict(cells.TYPES)
    column_type_formatters_detail = dict(cells.TYPES)
    named_filter_urls = True
    page_size = MOST_ROWS
    list_template = "admin/list.html"
    details_template = "admin/details.html"

    def beside(self) -> Sequence[tuple[str, str]]:
        """Lists that the tabs lead to as well: their names and addresses."""
        return ()

    def is_accessible(self) -> bool:
        """Whether the menu shows it; the gate has decided already about the request itself."""
        return gate.is_permitted(f"{self.endpoint}.index_view")

    def may(self, name: str) -> bool:
        """Whether who is signed in may call this route of the view."""
        return gate.is_permitted(f"{self.endpoint}.{name}")

    def create_blueprint(self, admin: Admin) -> Blueprint:
        left_out = self.left_out
        if {name for name, _label in self._actions} <= {"delete"}:
            left_out |= {"action_view"}
        self._urls = [route for route in self._urls if route[1] not in left_out]
        made: Blueprint = super().create_blueprint(admin)
        return made

    # One record

    def get_one(self, id: Any) -> Any:
        """By what its address holds; None when that is no id of ours."""
        text = str(id)
        is_number = text.isascii() and text.isdigit() and len(text) < 10
        return session.get(self.model, int(text)) if is_number else None

    def one_or_404(self, id: Any) -> Any:
        return self.get_one(id) or abort(404)

    def address_of(self, record: Any) -> Any:
        """What stands for the record in addresses and in the audit log."""
        return record.id

    def name_of(self, record: Any) -> str:
        """The record in words of people, for headings and notices."""
        return str(getattr(record, "name", None) or self.address_of(record))

    def url_of(self, record: Any) -> str:
        name = "edit_view" if self.can_edit else "details_view"
        return str(self.get_url(f".{name}", id=self.address_of(record)))

    @expose("/<id>")
    def details_view(self, id: str) -> Any:
        record = self.one_or_404(id)
        return self.render(self.details_template, model=record, **self.about(record))

    def about(self, record: Any) -> dict[str, Any]:  # noqa: ARG002  for subclasses
        """What the page of one record shows; the default template shows these columns."""
        return {"details_columns": self._details_columns, "get_value": self.get_detail_value}

    def get_details_columns(self) -> Any:
        """Those of the list, unless others are named: a new column shows itself nowhere."""
        named = self.column_details_list or self.column_list
        return self.get_column_names(named, None)

    @pass_context
    def get_detail_value(self, context: Any, model: Any, name: str) -> Any:
        value = super().get_detail_value(context, model, name)
        return NOTHING if value in ("", None) else value

    # The list

    @expose("/")
    def index_view(self) -> Any:
        if len(request.args.get("page", "")) > LONGEST_PAGE:
            abort(404)
        tab = self.tab()
        self._template_args.update(
            tabs=self.tabs_with_counts(),
            tab=tab.key if tab else "",
            shown_tab=tab.key if tab else ALL,
            saved_views=saved.of(self.endpoint),
            kept_query=saved.tidy(request.query_string.decode()),
        )
        return super().index_view()

    def tab(self) -> Tab | None:
        wanted = request.args.get("tab")
        return next((tab for tab in self.tabs if tab.key == wanted), None)

    def tabs_with_counts(self) -> list[tuple[Tab, int]]:
        """Counted in one question, each by the index that fits it."""
        if not self.tabs:
            return []
        counts = (
            select(func.count()).select_from(self.model).where(tab.condition).scalar_subquery()
            for tab in self.tabs
        )
        row = session.execute(select(*counts)).one()
        return list(zip(self.tabs, row, strict=True))

    def _rows(self, ids: Any, sort: str | None, *, is_falling: bool) -> Any:
        related = (joinedload(one) for one in self._auto_joins)
        rows = self.get_query().options(*related)
        rows, _ = self._apply_sorting(rows, {}, sort, is_falling)
        return rows.filter(self.model.id.in_(ids.subquery().select())).all()

    def get_query(self) -> Any:
        query = super().get_query()
        tab = self.tab()
        return query.filter(tab.condition) if tab else query

    def get_list(
        self, page: int | None, sort: str | None, *asked: Any, page_size: int, execute: bool = True
    ) -> Any:
        """Which rows a page has, indexes tell; what ends on its first page is not counted again."""
        _, query = super().get_list(None, sort, *asked, execute=False, page_size=0)
        if not execute:
            return None, query
        ids = self._apply_pagination(query.with_entities(self.model.id), page, page_size)
        rows = self._rows(ids, sort, is_falling=asked[0])
        if not page and len(rows) < page_size:
            return len(rows), rows
        count = query.order_by(None).with_entities(func.count(self.model.id))
        return count.scalar(), rows

    def get_safe_page_size(self, _asked: int | None) -> int:
        return MOST_ROWS

    def _get_list_filter_args(self) -> list[Any]:
        """Flask-Admin's, without the fields that were left empty."""
        found = []
        for name, value in request.args.items():
            position, _, key = name.removeprefix("flt").partition("_")
            if name.startswith("flt") and value.strip() and key in (self._filter_args or {}):
                index, chosen = self._filter_args[key]
                if chosen.validate(value):
                    found.append((position, (index, str(chosen.name), value)))
                else:
                    said = value[:LONGEST_SAID]
                    flash(f"{chosen.name}: “{said}” was not understood, and is left out.", "warn")
        return [data for _position, data in sorted(found)]

    def _run_view(self, view: Any, *args: Any, **kwargs: Any) -> Any:
        """Flask-Admin's would hide a TypeError by calling the view once more."""
        return view(self, *args, **kwargs)

    # What is done to many, and what is taken along

    @expose("/action/", methods=("POST",))
    def action_view(self) -> Any:
        return bulk.answer(self)

    def is_action_allowed(self, name: str) -> bool:
        return name != "delete" and self.may("action_view")

    @expose("/export/<export_type>/")
    def export(self, export_type: str) -> Response:
        if export_type != "csv":
            abort(404)
        return exporting.stream(self)
