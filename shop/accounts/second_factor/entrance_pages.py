"""The page after the password, for who has a second factor."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from shop.accounts import sessions
from shop.accounts.access import safe_next
from shop.accounts.second_factor import entrance, factors
from shop.accounts.second_factor.forms import CodeForm

bp = Blueprint("second_factor_entrance", __name__)

TOO_LATE = "That took too long. Please sign in again."


@bp.get("/sign-in/second-factor")
def show() -> Response | str:
    if entrance.waiting() is None:
        return _start_anew()
    return render_template("accounts/second_factor/enter.html", form=CodeForm())


@bp.post("/sign-in/second-factor")
def enter() -> Response | tuple[str, int]:
    found = entrance.waiting()
    if found is None:
        return _start_anew()
    user, after = found
    form = CodeForm(request.form)
    if form.validate():
        if factors.accept(user, form.code.data or ""):
            sessions.sign_in(user)
            return redirect(safe_next(after), 303)
        form.refuse()
    return render_template("accounts/second_factor/enter.html", form=form), 422


def _start_anew() -> Response:
    flash(TOO_LATE, "info")
    return redirect(url_for("accounts.show_sign_in"), 303)
