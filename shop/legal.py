"""The pages that the law asks for, in the merchant's words; without words there is no page."""

from flask import Blueprint, render_template
from markupsafe import Markup

from shop.catalog import markdown
from shop.errors import NotFound
from shop.preferences import choosing
from shop.preferences.kept import LEGAL

bp = Blueprint("legal", __name__)


@bp.get("/legal/<name>")
def show(name: str) -> str:
    text = choosing.legal_text(name) if name in LEGAL else ""
    if not text:
        raise NotFound
    body = Markup(markdown.render(text))  # noqa: S704  it is made safe there
    return render_template("legal.html", title=LEGAL[name], body=body)
