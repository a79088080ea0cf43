"""Products from a Shopify CSV: what would become of every row first, and then the import."""

from typing import Any

from flask import flash, redirect
from flask_admin import BaseView, expose
from flask_admin.helpers import get_form_data
from flask_login import current_user
from werkzeug.datastructures import FileStorage
from wtforms import BooleanField, FileField, Form, StringField

from shop import config
from shop.accounts import audit
from shop.admin import gate
from shop.catalog import import_files
from shop.catalog.csv_table import UnreadableFile
from shop.catalog.import_report import Report, Verb
from shop.catalog.importer import import_file

MOST_BYTES = 2 * 1024 * 1024
MOST_SHOWN = 1_000
TOO_LARGE = "This file is larger than 2 MB: split it, or use “shop catalog import”."
KINDS = {Verb.CREATED: "good", Verb.CHANGED: "info", Verb.UNCHANGED: "", Verb.REFUSED: "bad"}


class ImportForm(Form):
    file = FileField("Product CSV", description="As Shopify exports it, up to 2 MB.")
    track_stock = BooleanField("Count stock also where the file names no tracker")


class ConfirmForm(Form):
    token = StringField()
    track_stock = BooleanField()


class ImportView(BaseView):  # type: ignore[misc]  # without types
    def is_accessible(self) -> bool:
        """Whether the menu shows it."""
        return gate.is_permitted(f"{self.endpoint}.index")

    @expose("/")
    def index(self) -> Any:
        return self.render("admin/import.html", form=ImportForm())

    @expose("/preview", methods=("POST",))
    def preview(self) -> Any:
        """Nothing is changed: the import is done, and undone."""
        form = ImportForm(get_form_data())
        content = _content(form)
        if content is None:
            return self.render("admin/import.html", form=form), 422
        try:
            report = _import(content, dry_run=True, track_stock=form.track_stock.data)
        except UnreadableFile as error:
            form.file.errors = [error.detail]
            return self.render("admin/import.html", form=form), 422
        token = import_files.keep(content, current_user.id)
        return self.render("admin/import_preview.html", form=form, token=token, **_shown(report))

    @expose("/run", methods=("POST",))
    def run(self) -> Any:
        form = ConfirmForm(get_form_data())
        token = form.token.data or ""
        content = import_files.find(token, current_user.id)
        report = _import(content, dry_run=False, track_stock=form.track_stock.data)
        counts: dict[str, Any] = {str(verb): report.count(verb) for verb in Verb}
        audit.note("catalog.import", f"products:{report.products}", **counts)
        import_files.forget(token, current_user.id)
        told = ", ".join(f"{count} {verb}" for verb, count in counts.items())
        flash(f"{len(report.results)} rows of {report.products} products: {told}.", "good")
        return redirect("/admin/products/", 303)


def _content(form: ImportForm) -> bytes | None:
    """None, with an error beside the field, when there is none or too much of it."""
    file = form.file.data
    content = file.stream.read(MOST_BYTES + 1) if isinstance(file, FileStorage) else b""
    if 0 < len(content) <= MOST_BYTES:
        return content
    form.file.errors = [TOO_LARGE if content else "Choose a file."]
    return None


def _import(content: bytes, *, dry_run: bool, track_stock: bool) -> Report:
    return import_file(content, config.current(), dry_run=dry_run, track_stock=track_stock)


def _shown(report: Report) -> dict[str, Any]:
    """What was refused first: that is what somebody can put right."""
    results = sorted(report.results, key=lambda row: (row.verb is not Verb.REFUSED, row.line))
    return {
        "rows": results[:MOST_SHOWN],
        "left_out": max(0, len(results) - MOST_SHOWN),
        "counts": [(verb, KINDS[verb], report.count(verb)) for verb in Verb],
        "products": report.products,
        "takes_any": report.count(Verb.CREATED) + report.count(Verb.CHANGED) > 0,
        "kinds": KINDS,
    }
