"""Reports: one page for each, and the same numbers as CSV."""

from typing import Any

from flask import Response, abort
from flask_admin import BaseView, expose

from shop.admin import exporting, gate
from shop.admin.reports import asked
from shop.admin.reports.periods import DAYS
from shop.admin.reports.reports import ENTRIES, REPORTS, Entry


class ReportsView(BaseView):  # type: ignore[misc]  # without types
    @expose("/")
    def index(self) -> Any:
        return self.render("admin/reports.html", entries=ENTRIES, asked=asked.read())

    @expose("/<name>")
    def show(self, name: str) -> Any:
        entry, wanted = entry_or_404(name), asked.read()
        report = entry.build(wanted.period, wanted.currency)
        return self.render(
            "admin/report.html",
            entry=entry,
            entries=ENTRIES,
            asked=wanted,
            report=report,
            choices=DAYS,
        )

    @expose("/<name>.csv")
    def csv(self, name: str) -> Response:
        entry, wanted = entry_or_404(name), asked.read()
        lines = entry.build(wanted.period, wanted.currency).table.csv()
        period = wanted.period
        parts = [name, *([wanted.currency] if entry.has_currency else [])]
        return exporting.respond(lines, f"{'-'.join(parts)}-{period.first}-{period.last}.csv")

    def is_accessible(self) -> bool:
        return gate.is_permitted("admin_reports.index")


def entry_or_404(name: str) -> Entry:
    return REPORTS.get(name) or abort(404)
