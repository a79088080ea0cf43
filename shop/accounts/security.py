"""The page where people change their password, and make tokens for their servers."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from shop.accounts import passwords, people, sessions, tokens
from shop.accounts.access import required_role, signed_in_user
from shop.accounts.forms import PasswordForm, TokenForm

bp = Blueprint("security", __name__, url_prefix="/account")


@bp.get("/security")
@required_role()
def show() -> str:
    return _render()


@bp.post("/password")
@required_role()
def change_password() -> Response | tuple[str, int]:
    form = PasswordForm(request.form)
    user = signed_in_user()
    if form.validate() and not passwords.is_right(form.current.data or "", user.password_hash):
        form.current.errors = ["That is not your current password."]
    if form.errors:
        return _render(password_form=form), 422
    people.change_password(user, form.password.data or "")
    sessions.sign_in(user)
    flash("Your password is changed, and all other devices are signed out.", "good")
    return redirect(url_for(".show"), 303)


@bp.post("/sessions-end")
@required_role()
def end_sessions() -> Response:
    user = signed_in_user()
    user.end_sessions()
    sessions.sign_in(user)
    flash("All other devices are signed out.", "good")
    return redirect(url_for(".show"), 303)


@bp.post("/tokens")
@required_role()
def create_token() -> tuple[str, int]:
    """Answers with the page itself: a redirect would have to carry the token somewhere."""
    form = TokenForm(request.form)
    if not form.validate():
        return _render(token_form=form), 422
    return _render(new_token=tokens.create(signed_in_user(), form.name.data or "")), 201


@bp.post("/tokens/<int(max=2147483647):token_id>/revocation")
@required_role()
def revoke_token(token_id: int) -> Response:
    tokens.revoke(signed_in_user(), token_id)
    flash("The token is revoked. Whatever used it has no access any more.", "good")
    return redirect(url_for(".show"), 303)


def _render(**context: object) -> str:
    return render_template(
        "accounts/security.html",
        **{
            "password_form": PasswordForm(),
            "token_form": TokenForm(),
            "new_token": None,
            "tokens": tokens.of(signed_in_user()),
        }
        | context,
    )
