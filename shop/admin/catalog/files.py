"""Releases of a product and their files."""

from typing import Any

from flask import abort, flash, redirect
from flask_admin import expose
from flask_admin.helpers import get_form_data
from wtforms import FieldList, FileField, Form, FormField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, Regexp

from shop.accounts import audit
from shop.admin.catalog.section import OF_PRODUCT, Section, product_or_404
from shop.catalog.models import Product
from shop.db import session
from shop.downloads import releases
from shop.downloads.models import STABLE, Release
from shop.downloads.releases import Upload
from shop.errors import BadInput

ROWS = 4
"""Files of one release; more are published by command."""


class FileForm(Form):
    file = FileField("File")
    platform = StringField("For", [Length(max=40)], description="Such as macOS; empty for any.")


class ReleaseForm(Form):
    version = StringField(
        "Version",
        [InputRequired("Name it."), Regexp(r"[\w.+-]{1,40}$", 0, "Such as 2.1 or 2.1-beta.3.")],
    )
    channel = StringField(
        "Channel",
        [Regexp(r"[a-z0-9-]{1,20}$", 0, "Small letters and digits.")],
        default=STABLE,
        description="stable is for everybody; others, such as beta, for who looks for them.",
    )
    notes = TextAreaField("What is new", [Length(max=20_000)])
    files = FieldList(FormField(FileForm), "Files", min_entries=ROWS)

    def uploads(self) -> list[Upload]:
        rows: Any = ((row.form.file.data, row.form.platform.data or "") for row in self.files)
        return [
            Upload(file.filename, file.stream, platform.strip())
            for file, platform in rows
            if getattr(file, "filename", "")
        ]


class YankForm(Form):
    reason = StringField("Why", [DataRequired("Say why."), Length(max=500)])


class FilesView(Section):
    @expose(OF_PRODUCT)
    def show(self, product_id: int) -> Any:
        return self._page(product_or_404(product_id), ReleaseForm())

    @expose(f"{OF_PRODUCT}/releases", methods=("POST",))
    def publish(self, product_id: int) -> Any:
        product = product_or_404(product_id)
        form = ReleaseForm(get_form_data())
        if not form.validate() or not self._publish(product, form):
            return self._page(product, form), 422
        flash(f"Version {form.version.data} is out.", "good")
        return redirect(self.get_url(".show", product_id=product.id), 303)

    def _publish(self, product: Product, form: ReleaseForm) -> bool:
        uploads = form.uploads()
        if not uploads:
            form.files[0].form.file.errors = ["Choose a file."]
            form.files.errors = [row.errors for row in form.files]
            return False
        given = (form.version.data or "", uploads, form.notes.data or "", form.channel.data or "")
        try:
            release = releases.publish(product, *given)
        except BadInput as error:
            form.version.errors = [error.detail]
            return False
        kept = {file.name: file.sha256 for file in release.files}
        subject = f"product:{product.id}"
        audit.note("release.publish", subject, version=release.version, files=kept)
        return True

    @expose(f"{OF_PRODUCT}/releases/<int(max=2147483647):release_id>/yank", methods=("POST",))
    def yank(self, product_id: int, release_id: int) -> Any:
        product = product_or_404(product_id)
        release = session.get(Release, release_id)
        if release is None or release.product_id != product.id:
            abort(404)
        form = YankForm(get_form_data(), prefix=f"y{release.id}")
        if not form.validate():
            return self._page(product, ReleaseForm(), (release.id, form)), 422
        reason = form.reason.data or ""
        releases.yank(product, release.version, reason)
        subject = f"product:{product.id}"
        audit.note("release.yank", subject, reason=reason, version=release.version)
        flash(f"Version {release.version} is off the shelf.", "good")
        return redirect(self.get_url(".show", product_id=product.id), 303)

    def _page(
        self, product: Product, form: ReleaseForm, refused: tuple[int, YankForm] | None = None
    ) -> Any:
        """:param refused: the release that was not yanked, with the reason's field."""
        versions = releases.all_of(product)
        yanking = {one.id: YankForm(prefix=f"y{one.id}") for one in versions}
        yanking |= dict([refused] if refused else [])
        return self.render(
            "admin/files.html", product=product, form=form, releases=versions, yanking=yanking
        )
