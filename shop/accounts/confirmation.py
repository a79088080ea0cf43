"""Acts that could do harm need a fresh proof of who is there: the second factor, or the password.

Who is asked in the middle of sending a form finds it on the page that asks, and the answer goes to
the very address that the form went to, with the form.
"""

from urllib.parse import urlsplit

from flask import abort, make_response, redirect, render_template, request, url_for
from flask_login import current_user
from wtforms import Form, PasswordField, StringField
from wtforms.validators import InputRequired, Length

from shop import api, db
from shop.accounts import people, sessions
from shop.accounts.forms import strip
from shop.accounts.models import User
from shop.accounts.second_factor import factors
from shop.accounts.second_factor.forms import WRONG
from shop.accounts.throttle import TooManyTries
from shop.db import SAFE_METHODS, session
from shop.errors import ShopError

MOST_CARRIED = 64 * 1024
"""Characters of a form that wait on the page that asks."""


class ConfirmationNeeded(ShopError):
    status = 403
    title = "Please confirm that it is you"
    message = "This needs a fresh confirmation, which the page /confirm asks for."


class PasswordProof(Form):
    confirm_password = PasswordField("Your password", [InputRequired("Enter your password.")])

    def is_right(self, user: User) -> bool:
        return people.confirm(user, self.confirm_password.data or "")

    refusal = "That is not your current password."


class CodeProof(Form):
    confirm_code = StringField(
        "Code",
        [InputRequired("Enter the code."), Length(max=40, message="No code is that long.")],
        filters=[strip],
    )

    def is_right(self, user: User) -> bool:
        return factors.accept(user, self.confirm_code.data or "")

    refusal = WRONG


Proof = PasswordProof | CodeProof
NAMES = ("confirm_password", "confirm_code")


def ask() -> None:
    """Interrupt this request with the question, unless the right answer came with it.

    :raises ConfirmationNeeded: for an API call.
    """
    if api.is_api_request():
        raise ConfirmationNeeded
    if request.method in SAFE_METHODS:
        back = request.full_path.rstrip("?")
        abort(redirect(url_for("accounts.confirmation.show", next=back), 303))
    proof, status = answer()
    if status != 200:
        abort(make_response(_show_with_form(proof), status))


def new_proof() -> Proof:
    """What this person proves it with."""
    return CodeProof() if factors.is_set(_who()) else PasswordProof()


def answer() -> tuple[Proof, int]:
    """What was given as proof, and 200 if it was right: the session is fresh from now on."""
    kind = type(new_proof())
    if not any(name in request.form for name in NAMES):
        return kind(), 403
    proof = kind(request.form)
    return proof, _check(proof)


def _check(proof: Proof) -> int:
    field = next(iter(proof))
    if not proof.validate():
        return 422
    try:
        is_right = proof.is_right(_who())
    except TooManyTries as error:
        field.errors = [error.detail]
        return error.status
    if not is_right:
        field.errors, field.data = [proof.refusal], ""
        return 422
    sessions.confirm()
    db.commit()  # what is asked for may still fail
    return 200


def _show_with_form(proof: Proof) -> str:
    """The question, with the form that waits for the answer."""
    typed = [
        (name, text)
        for name, text in request.form.items(multi=True)
        if name not in {"csrf_token", *NAMES}
    ]
    problem = _why_not_carried(typed)
    return render_template(
        "accounts/confirm.html",
        form=proof,
        typed=() if problem else typed,
        problem=problem,
        action=url_for("accounts.confirmation.confirm") if problem else _here(),
        next=_page_before() if problem else "",
    )


def _why_not_carried(typed: list[tuple[str, str]]) -> str:
    if any(file.filename for file in request.files.values()):
        return "A file cannot wait here: choose it once more after this, and send the form again."
    if sum(len(name) + len(text) for name, text in typed) > MOST_CARRIED:
        return "What you sent is too long to wait here: go back after this, and send it again."
    return ""


def _here() -> str:
    return request.full_path if request.query_string else request.path


def _page_before() -> str:
    """Where the form was, if the browser tells; `safe_next` looks at it later."""
    came_from = urlsplit(request.referrer or "")
    return came_from.path if came_from.netloc == request.host else ""


def _who() -> User:
    return session.get_one(User, current_user.id)
