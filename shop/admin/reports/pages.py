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

    @expose("/<report>")
    def show(self, report: str) -> Any:
        entry, wanted = entry_or_404(report), asked.read()
        built = entry.build(wanted.period, wanted.currency)
        return self.render(
            "admin/report.html",
            entry=entry,
            entries=ENTRIES,
            asked=wanted,
            report=built,
            choices=DAYS,
        )

    @expose("/<report>.csv")
    def csv(self, report: str) -> Response:
        entry, wanted = entry_or_404(report), asked.read()
        lines = entry.build(wanted.period, wanted.currency).table.csv()
        period = wanted.period
        parts = [report, *([wanted.currency] if entry.has_currency else [])]
        return exporting.respond(lines, f"{'-'.join(parts)}-{period.first}-{period.last}.csv")

    def is_accessible(self) -> bool:
        return gate.is_permitted("admin_reports.index")


def entry_or_404(name: str) -> Entry:
    return REPORTS.get(name) or abort(404)
