"""The account's licenses: keys, the devices that use them, files for those without a network."""

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from shop.accounts.access import required_role
from shop.errors import NotFound
from shop.licenses import cards, files, finding, machines, rotation, terms
from shop.licenses.finds import Question
from shop.licenses.forms import FileForm

bp = Blueprint("licenses", __name__, url_prefix="/account/licenses", template_folder="templates")
ID = "<int(max=2147483647):license_id>"


@bp.get("")
@required_role()
def index() -> str:
    return render_template("licenses/index.html", cards=cards.mine())


@bp.post(f"/{ID}/devices/<int(max=2147483647):activation_id>/release")
@required_role()
def free_seat(license_id: int, activation_id: int) -> AnyResponse:
    machines.free(finding.my(license_id), activation_id)
    flash("The seat is free. The other device finds out when it asks next.", "good")
    return redirect(url_for(".index"), 303)


@bp.post(f"/{ID}/rotation")
@required_role()
def rotate(license_id: int) -> AnyResponse:
    rotation.rotate(finding.my(license_id))
    flash("This is your new key. Enter it on your devices; the old one opens nothing now.", "good")
    return redirect(url_for(".index"), 303)


@bp.get(f"/{ID}/file")
@required_role()
def show_file_form(license_id: int) -> str:
    return _file_page(license_id, FileForm())


@bp.post(f"/{ID}/file")
@required_role()
def make_file(license_id: int) -> Response | tuple[str, int]:
    """The file as a download; a refusal is told beside the field."""
    license, form = finding.my(license_id), FileForm(request.form)
    if not form.validate():
        return _file_page(license_id, form), 422
    version = terms.kept_version(license)  # the program's own date decides what the file opens
    question = Question(license.key or "", form.fingerprint.data, version)
    verdict, text = files.make(question, form.name.data or "")
    if text is None:
        form.fingerprint.errors = [verdict.code.detail]
        return _file_page(license_id, form), 422
    headers = {"Content-Disposition": f"attachment; filename=license-{license.last_characters}.txt"}
    return Response(text, mimetype="text/plain", headers=headers)


def _file_page(license_id: int, form: FileForm) -> str:
    license = finding.my(license_id)
    if not cards.has_files(license):
        raise NotFound
    return render_template("licenses/file.html", license=license, form=form)
