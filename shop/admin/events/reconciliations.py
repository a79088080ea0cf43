"""What comparing with Stripe found, and a comparison on demand."""

from typing import Any, ClassVar

from flask import flash, redirect
from flask_admin import expose
from werkzeug.wrappers import Response

from shop.accounts import audit
from shop.admin import cells
from shop.admin.records import RecordView
from shop.billing.reconciling.models import Reconciliation
from shop.jobs import enqueue


def found(_view: Any, _context: Any, record: Reconciliation, _name: str) -> str:
    left = sum(not one["repaired"] for one in record.differences)
    return f"{len(record.differences)}, {left} left" if left else str(len(record.differences))


class ReconciliationView(RecordView):
    title: ClassVar[str] = "comparison"
    many: ClassVar[str] = "comparisons"
    column_list = ("started_at", "finished_at", "since", "compared", "events", "differences")
    column_labels: ClassVar[dict[str, str]] = {
        "started_at": "Started",
        "finished_at": "Finished",
        "since": "Of what changed since",
        "events": "Events that never came",
    }
    column_formatters = {"started_at": cells.page_link, "differences": found}
    column_formatters_export = {"differences": found}
    list_template = "admin/reconciliations.html"
    details_template = "admin/reconciliation.html"

    @expose("/run", methods=("POST",))
    def run(self) -> Response:
        audit.note("stripe.reconcile", "stripe:all")
        enqueue("shop.billing.tasks.reconcile")
        flash("The comparison has begun. It is listed here when it has ended.", "good")
        return redirect(self.get_url(".index_view"), 303)
