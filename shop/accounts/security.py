"""The page where people change their password and address, and make tokens for their servers."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from shop.accounts import addresses, links, people, sessions, signed_in, tokens
from shop.accounts.access import required_role, signed_in_user
from shop.accounts.forms import EmailForm, PasswordForm, TokenForm
from shop.accounts.models import Purpose, normalize_email
from shop.accounts.second_factor import factors

bp = Blueprint("security", __name__, url_prefix="/account")

NOT_YOURS = "That is not your current password."


@bp.get("/security")
@required_role()
def show() -> str:
    return _render()


@bp.post("/password")
@required_role()
def change_password() -> Response | tuple[str, int]:
    form = PasswordForm(request.form)
    user = signed_in_user()
    if form.fits(user.email) and not people.confirm(user, form.current.data or ""):
        form.current.errors = [NOT_YOURS]
    if form.errors:
        return _render(password_form=form), 422
    people.change_password(user, form.password.data or "")
    sessions.stay(user)
    flash("Your password is changed, and all other devices are signed out.", "good")
    return redirect(url_for(".show"), 303)


@bp.post("/email")
@required_role()
def change_email() -> Response | tuple[str, int]:
    """Nothing changes before the mail to the new address is answered."""
    form = EmailForm(request.form)
    user = signed_in_user()
    if form.validate():
        email = form.email.data or ""
        if normalize_email(email) == user.email_norm:
            form.email.errors = ["That is your address already."]
        elif not people.confirm(user, form.current_password.data or ""):
            form.current_password.errors = [NOT_YOURS]
    if form.errors:
        return _render(email_form=form), 422
    addresses.ask_to_change(user, email)
    flash(f"We have sent a mail to {email}. Your address changes when you answer it.", "good")
    return redirect(url_for(".show"), 303)


@bp.post("/sessions-end")
@required_role()
def end_sessions() -> Response:
    user = signed_in_user()
    user.end_sessions()
    sessions.stay(user)
    flash("All other devices are signed out.", "good")
    return redirect(url_for(".show"), 303)


@bp.post("/sessions/<int(max=2147483647):session_id>/end")
@required_role()
def end_session(session_id: int) -> Response:
    signed_in.end(signed_in_user(), session_id)
    flash("That device is signed out.", "good")
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
    user = signed_in_user()
    return render_template(
        "accounts/security.html",
        **{
            "email_form": EmailForm(),
            "pending": links.pending(user.id, Purpose.CHANGE),
            "second_factor_since": factors.set_at(user),
            "devices": signed_in.of(user),
            "password_form": PasswordForm(),
            "token_form": TokenForm(),
            "new_token": None,
            "tokens": tokens.of(user),
        }
        | context,
    )
