"""What the staff did: searchable, and nothing more."""

import json
from typing import Any

from flask_admin.contrib.sqla.filters import FilterLike
from markupsafe import Markup

from shop.accounts.models import AuditEntry
from shop.admin import cells
from shop.admin.records import RecordView, Tab


def shown_data(_view: Any, _context: Any, entry: AuditEntry, _name: str) -> Markup | str:
    """Before and after, as it was written."""
    if not entry.data:
        return ""
    return Markup('<code class="small">{}</code>').format(
        json.dumps(entry.data, ensure_ascii=False)
    )


class AuditView(RecordView):
    title = "audit entry"
    many = "audit entries"
    tabs = (
        Tab("all", "All", AuditEntry.id.is_not(None)),
        Tab("refused", "Refused", AuditEntry.act == "refused"),
    )
    column_list = ("created_at", "actor", "act", "subject", "reason")
    column_details_list = (*column_list, "data", "request_id")
    column_searchable_list = ("subject", "act", "reason", "actor")
    column_filters = (
        FilterLike(AuditEntry.actor, "Who"),
        FilterLike(AuditEntry.act, "Act"),
    )
    column_labels = {"created_at": "When", "actor": "Who", "request_id": "Request"}
    column_formatters = {"created_at": cells.page_link}
    column_formatters_detail = {"data": shown_data}
    column_formatters_export = {"data": lambda _v, _c, entry, _n: json.dumps(entry.data)}
    column_export_list = (*column_list, "data")
