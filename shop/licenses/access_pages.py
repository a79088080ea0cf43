"""The account's answer to "why do I have access, or not?"."""

from flask import Blueprint, render_template
from flask_login import current_user

from shop.accounts.access import required_role
from shop.licenses import why
from shop.licenses.sentences import Reader

bp = Blueprint("access", __name__, template_folder="templates")


@bp.get("/account/access")
@required_role()
def index() -> str:
    entries = why.entries(why.Person(current_user.id), Reader.OWNER)
    return render_template("licenses/access.html", entries=entries)
