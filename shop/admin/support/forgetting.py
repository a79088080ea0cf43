"""What is known about a person, taken along; and the person, forgotten."""

from typing import Any

from flask import flash, redirect, request
from werkzeug.wrappers import Response

from shop import db
from shop.accounts import audit
from shop.accounts.models import User
from shop.admin.support import urls
from shop.admin.support.forms import ReasonForm
from shop.admin.support.person import Person
from shop.privacy import erasing, pages


def export(found: Person) -> Response:
    audit.note("customer.export", found.subject)
    return pages.file_of(_account(found))


def answer(view: Any, found: Person) -> Any:
    """The question whether it is meant, and the erasure."""
    form, user = ReasonForm(request.form), _account(found)
    obstacle, url = erasing.obstacle(user), urls.of(found)
    if request.method == "POST" and form.validate() and _erase(found, form):
        flash("The account was erased. The books are as they were.", "good")
        return redirect(url, 303)
    page = view.render(
        "admin/support/erasure.html", form=form, email=found.email, url=url, obstacle=obstacle
    )
    return (page, 422) if form.errors else page


def _erase(found: Person, form: ReasonForm) -> bool:
    try:
        erasing.erase(_account(found))
    except erasing.NotErasable as error:
        db.rollback()
        form.form_errors.append(error.detail)
        return False
    audit.note("customer.erase", found.subject, reason=form.reason.data or "")
    return True


def _account(found: Person) -> User:
    assert found.user  # noqa: S101  its address has the number of an account
    return found.user
