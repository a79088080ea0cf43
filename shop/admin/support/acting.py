"""The page that asks before support does something, and the doing."""

from typing import Any

from flask import abort, flash, redirect, request
from werkzeug.wrappers import Response

from shop import db
from shop.accounts import audit
from shop.admin.support import shapes, urls
from shop.admin.support.acts import ACTS, Act, Subject
from shop.admin.support.forms import ReasonForm
from shop.billing.reconciling import resyncing
from shop.errors import ShopError


def answer(view: Any, verb: str, id: int) -> Any:
    """:param id: of what it is done to."""
    act = ACTS.get(verb) or abort(404)
    subject = act.find(id)
    url = urls.of(subject.person)
    form = act.form(request.form)
    if request.method == "POST":
        told = _do(act, subject, form)
        if told is not None:
            flash(told, "good")
            return redirect(url, 303)
    page = view.render(
        "admin/support/act.html",
        form=form,
        title=act.title.format(subject.name),
        act=act,
        url=url,
        action=f"/admin/support/acts/{verb}/{id}",
    )
    return (page, 422) if form.errors else page


def _do(act: Act, subject: Subject, form: ReasonForm) -> str | None:
    """What was done; None when it was not, and the form says why."""
    if not form.validate():
        return None
    reason, audited = form.reason.data or "", subject.audited
    data = {key: value for key, value in form.data.items() if key != "reason" and value}
    try:
        told = act.do(subject.row, form)
    except ShopError as error:
        _say(form, error)
        return None
    audit.note(act.audited, audited, reason=reason, told=told, **data)
    return told


def _say(form: ReasonForm, error: ShopError) -> None:
    """Beside the field that it is about, else above all."""
    db.rollback()
    fields = {name: texts for name, texts in error.errors.items() if name in form}
    for name, texts in fields.items():
        form[name].errors = [*form[name].errors, *texts]
    if not fields:
        form.form_errors.append(error.detail)


def resync(typed: str) -> Response:
    """Ask Stripe about something that is unknown here, then look for it once more."""
    stripe_id = shapes.tidy(typed)
    if not shapes.is_stripe_id(stripe_id):
        abort(404)
    try:
        found = resyncing.resync(stripe_id)
    except ShopError as error:
        db.rollback()
        flash(error.detail, "warn")
    else:
        audit.note("stripe.resync", f"{found.kind}:{found.id}", told=found.told)
        flash(found.told, "good" if found.after else "warn")
    return redirect(f"/admin/support/?q={stripe_id}", 303)
