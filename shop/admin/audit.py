"""What the staff did: searchable, and nothing more."""

import json
from typing import Any

from flask_admin.contrib.sqla.filters import FilterLike
from markupsafe import Markup
from sqlalchemy import ColumnElement

from shop.accounts.models import AuditEntry
from shop.admin import cells
from shop.admin.finding import PARTS, FindingView
from shop.admin.records import Tab


def shown_data(_view: Any, _context: Any, entry: AuditEntry, _name: str) -> Markup | str:
    """Before and after, as it was written."""
    if not entry.data:
        return ""
    return Markup('<code class="small">{}</code>').format(
        json.dumps(entry.data, ensure_ascii=False)
    )


class AuditView(FindingView):
    title = "audit entry"
    many = "audit entries"
    tabs = (
        Tab("all", "All", AuditEntry.id.is_not(None)),
        Tab("refused", "Refused", AuditEntry.act == "refused"),
    )
    column_list = ("created_at", "actor", "act", "subject", "reason")
    column_details_list = (*column_list, "data", "request_id")
    parts_of = (AuditEntry.subject, AuditEntry.act, AuditEntry.reason, AuditEntry.actor)
    search_hint = f"A whole subject, act or address; {PARTS}"
    column_filters = (
        FilterLike(AuditEntry.actor, "Who"),
        FilterLike(AuditEntry.act, "Act"),
    )
    column_labels = {"created_at": "When", "actor": "Who", "request_id": "Request"}
    column_formatters = {"created_at": cells.page_link}
    column_formatters_detail = {"data": shown_data}
    column_formatters_export = {"data": lambda _v, _c, entry, _n: json.dumps(entry.data)}
    column_export_list = (*column_list, "data")

    def named(self, text: str) -> list[ColumnElement[bool]]:
        return [AuditEntry.subject == text, AuditEntry.act == text, AuditEntry.actor == text]
