"""The account page about a person's own data: take it along, or ask to be forgotten."""

import json

from flask import Blueprint, Response, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response as AnyResponse

from shop.accounts import consents
from shop.accounts.access import demand_fresh, required_role, signed_in_user
from shop.accounts.models import User
from shop.db import utcnow
from shop.privacy import asking, erasing, gathering

bp = Blueprint("privacy", __name__, url_prefix="/account/data", template_folder="templates")


@bp.get("")
@required_role()
def show() -> str:
    user = signed_in_user()
    return render_template(
        "privacy/show.html",
        asked_at=user.erasure_asked_at,
        obstacle=erasing.obstacle(user),
        consents=consents.of(user.id),
    )


@bp.post("/export")
@required_role()
def export() -> AnyResponse:
    demand_fresh()
    return file_of(signed_in_user())


@bp.post("/erasure")
@required_role()
def ask_for_erasure() -> AnyResponse:
    demand_fresh()
    asking.ask(signed_in_user())
    flash("We were told, and write to you when it is done.", "good")
    return redirect(url_for(".show"), 303)


@bp.post("/erasure/withdrawal")
@required_role()
def withdraw() -> AnyResponse:
    asking.withdraw(signed_in_user())
    flash("Your account stays as it is.", "good")
    return redirect(url_for(".show"), 303)


def file_of(user: User) -> Response:
    """All of it as a file."""
    text = json.dumps(gathering.about(user), ensure_ascii=False, indent=2)
    response = Response(text, mimetype="application/json")
    name = f"data-of-{user.id}-{utcnow():%Y-%m-%d}.json"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "no-store"
    return response
