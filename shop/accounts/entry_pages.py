"""The pages of `shop.accounts.entry`: ask for a mail, and answer it."""

import flask
from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response as Redirect

from shop import config
from shop.accounts import entry, links, people
from shop.accounts.access import HOME, safe_next
from shop.accounts.forms import EntryForm, NewPasswordForm, OpenAccountForm
from shop.accounts.models import MailedLink, Purpose
from shop.accounts.second_factor import entrance

bp = Blueprint("entry", __name__)

Answer = Redirect | tuple[str, int]


@bp.get("/register")
def show_register() -> Redirect | str:
    if current_user.is_authenticated:
        return redirect(HOME, 303)
    return render_template("accounts/register.html", form=EntryForm(data=request.args))


@bp.post("/register")
def register() -> Answer:
    return _ask(Purpose.REGISTER, "accounts/register.html")


@bp.get("/password-reset")
def show_reset() -> str:
    return render_template("accounts/password_reset.html", form=EntryForm(data=request.args))


@bp.post("/password-reset")
def ask_for_reset() -> Answer:
    return _ask(Purpose.RESET, "accounts/password_reset.html")


def _ask(wanted: Purpose, template: str) -> Answer:
    form = EntryForm(request.form)
    if not form.validate():
        return render_template(template, form=form), 422
    email, after = form.email.data or "", safe_next(form.next.data)
    entry.ask(wanted, email, after)
    flask.session["mailed"] = {"to": email, "next": after, "again": request.path}
    return redirect(url_for(".show_mailed"), 303)


@bp.get("/mail-sent")
def show_mailed() -> Redirect | str:
    """The same words whatever the mail says."""
    mailed = flask.session.get("mailed")
    if mailed is None:
        return redirect(url_for("accounts.show_sign_in"), 303)
    settings = config.current()
    folder = "" if settings.mail_url or not settings.is_development else settings.data_dir / "mail"
    return render_template("accounts/mail_sent.html", mailed=mailed, folder=folder)


@bp.get("/register/<secret>")
def show_open_account(secret: str) -> Response:
    return _show(links.find(secret, Purpose.REGISTER), OpenAccountForm())


@bp.post("/register/<secret>")
def open_account(secret: str) -> Redirect:
    return _answer(Purpose.REGISTER, secret, OpenAccountForm(request.form))


@bp.get("/password-reset/<secret>")
def show_new_password(secret: str) -> Response:
    return _show(links.find(secret, Purpose.RESET), NewPasswordForm())


@bp.post("/password-reset/<secret>")
def set_password(secret: str) -> Redirect:
    return _answer(Purpose.RESET, secret, NewPasswordForm(request.form))


def _answer(purpose: Purpose, secret: str, form: NewPasswordForm) -> Redirect:
    link = links.find(secret, purpose)
    if not form.fits(link.email):
        return _show(link, form, 422)
    name = form.name.data if isinstance(form, OpenAccountForm) else ""
    user, after = entry.enter(purpose, secret, form.password.data or "", name or "")
    answer = entrance.let_in(user, safe_next(after))
    flask.flash(WORDS[purpose], "good")
    return answer


WORDS = {
    Purpose.REGISTER: "Your account is open, and you are signed in.",
    Purpose.RESET: "Your new password is set, and all other devices are signed out.",
}


def _show(link: MailedLink, form: NewPasswordForm, status: int = 200) -> Response:
    page = render_template("accounts/choose_password.html", form=form, link=link)
    return quiet(make_response(page, status))


def quiet(response: Response) -> Response:
    """The address of this page is a secret: it is told to nobody whose things the page shows."""
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


@bp.app_errorhandler(links.LinkIsOver)
def show_over(error: links.LinkIsOver) -> tuple[str, int]:
    return render_template("accounts/link_over.html", error=error), error.status


@bp.app_errorhandler(people.AlreadyRegistered)
def lead_to_sign_in(error: people.AlreadyRegistered) -> Redirect:
    flask.flash(error.detail, "info")
    return redirect(url_for("accounts.show_sign_in"), 303)
