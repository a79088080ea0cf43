from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.globals import request_ctx
from flask_login import current_user
from werkzeug.wrappers import Response

from shop.accounts import (
    confirmation_pages,
    email_pages,
    entry_pages,
    people,
    security,
    sessions,
    visits,
)
from shop.accounts.access import required_role, safe_next
from shop.accounts.forms import SignInForm
from shop.accounts.second_factor import entrance, entrance_pages
from shop.accounts.second_factor import pages as second_factor_pages
from shop.accounts.throttle import tries

bp = Blueprint("accounts", __name__, template_folder="templates")
SIGNING_IN = (entry_pages, email_pages, entrance_pages, confirmation_pages)
for pages in (security, second_factor_pages, *SIGNING_IN):
    bp.register_blueprint(pages.bp)

PLACES = [
    ("Orders", "What you bought, and where it is now.", "/account/orders"),
    ("Downloads", "Your files, always the newest version.", "/account/downloads"),
    ("Licenses", "Keys, seats and the devices that use them.", "/account/licenses"),
    ("Subscriptions", "Next payment, plan changes, canceling.", "/account/subscriptions"),
    ("Invoices", "For your records and your tax adviser.", "/account/invoices"),
    ("Addresses", "Where we send things.", "/account/addresses"),
    ("Security", "Password, devices and API tokens.", "/account/security"),
    ("Your data", "Take it with you, or have it deleted.", "/account/data"),
]


@bp.get("/sign-in")
def show_sign_in() -> Response | str:
    if current_user.is_authenticated:
        return redirect(safe_next(request.args.get("next")), 303)
    return render_template("accounts/sign_in.html", form=SignInForm(data=request.args))


@bp.post("/sign-in")
def sign_in() -> Response | tuple[str, int]:
    form = SignInForm(request.form)
    if form.validate():
        email = form.email.data or ""
        tries.check(email)
        user = people.identify(email, form.password.data or "")
        if user:
            return entrance.let_in(user, safe_next(form.next.data))
        tries.count(email)
        form.form_errors.append("That e-mail address and password do not belong together.")
    return render_template("accounts/sign_in.html", form=form), 422


@bp.post("/sign-out")
def sign_out() -> Response:
    sessions.sign_out()
    flash("You are signed out.", "good")
    return redirect(url_for("accounts.show_sign_in"), 303)


@bp.get("/account")
@required_role()
def home() -> str:
    return render_template("accounts/home.html")


@bp.app_context_processor
def template_names() -> dict[str, object]:
    return {"account_places": account_places, "visit_here": visits.current}


def account_places() -> list[tuple[str, str, str]]:
    """The account pages that this shop has: (name, what it is about, path)."""
    pages = request_ctx.url_adapter
    return [place for place in PLACES if pages and pages.test(place[2], "GET")]
