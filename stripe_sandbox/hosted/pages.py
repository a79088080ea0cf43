"""What all pages for buyers share: address of their files, headers, amounts."""

from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from flask import Blueprint, Response, current_app, render_template

from stripe_sandbox.errors import StripeError
from stripe_sandbox.hosted.money import money
from stripe_sandbox.sandbox import Sandbox

bp = Blueprint(
    "hosted",
    __name__,
    template_folder="templates",
    static_folder="static",
    static_url_path="/hosted",
)
bp.add_app_template_filter(money)

POLICY = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:"


@bp.after_request
def protect(response: Response) -> Response:
    response.headers.setdefault("Content-Security-Policy", POLICY)
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Cache-Control"] = "no-store"
    return response


@bp.errorhandler(StripeError)
def show_refusal(error: StripeError) -> tuple[str, int]:
    """What no form can show beside a field."""
    return render_template("hosted/refused.html", message=error.message), error.status


def box() -> Sandbox:
    found: Sandbox = current_app.extensions["sandbox"]
    return found


def with_query(url: str, **values: str) -> str:
    """The URL with these added to its query."""
    parts = urlsplit(url)
    query = urlencode([*parse_qsl(parts.query, keep_blank_values=True), *values.items()])
    return urlunsplit(parts._replace(query=query))
