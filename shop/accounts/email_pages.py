"""The pages of `shop.accounts.addresses`: confirm the address of an account, or change it."""

from flask import Blueprint, Response, flash, make_response, redirect, render_template, url_for
from werkzeug.wrappers import Response as Redirect

from shop.accounts import addresses
from shop.accounts.access import required_role, signed_in_user
from shop.accounts.entry_pages import quiet

bp = Blueprint("email", __name__)


@bp.post("/account/email/confirmation")
@required_role()
def ask_to_verify() -> Redirect:
    user = signed_in_user()
    if user.email_verified_at is None:
        addresses.ask_to_verify(user)
        flash(f"We have sent a mail to {user.email}. The link in it works for 24 hours.", "good")
    return redirect(url_for("accounts.home"), 303)


@bp.get("/verify-email/<secret>")
@required_role()
def show(secret: str) -> Response:
    link = addresses.find(signed_in_user(), secret)
    return quiet(make_response(render_template("accounts/verify_email.html", link=link)))


@bp.post("/verify-email/<secret>")
@required_role()
def verify(secret: str) -> Redirect:
    user = signed_in_user()
    addresses.verify(user, secret)
    flash(f"{user.email} is confirmed as yours.", "good")
    return redirect(url_for("accounts.home"), 303)
