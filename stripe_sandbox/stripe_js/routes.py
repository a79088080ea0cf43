from pathlib import Path

from flask import Blueprint, Response, render_template, request

from stripe_sandbox.hosted.payment_form import PaymentForm

bp = Blueprint(
    "stripe_js",
    __name__,
    template_folder="templates",
    static_folder="static",
    static_url_path="/elements",
)

SOURCE = Path(__file__).parent / "source"
PARTS = ("api.js", "frames.js", "elements.js", "payments.js", "stripe.js")
# The frame may be put on any page; that page cannot look inside, having another origin.
FRAME_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src data:"
)


@bp.get("/endive/stripe.js")
def script() -> Response:
    parts = [(SOURCE / name).read_text() for name in PARTS]
    text = '(() => {\n"use strict";\n' + "\n".join(parts) + "})();\n"
    response = Response(text, mimetype="text/javascript")
    response.headers["Cache-Control"] = "no-cache"
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response


@bp.get("/elements/payment")
def payment_frame() -> Response:
    """The frame of the Payment Element; `methods` names what it offers."""
    methods = request.args.get("methods", "card").split(",")
    delayed = next((name for name in methods if name != "card"), None)
    page = render_template("stripe_js/payment_frame.html", form=PaymentForm(), delayed=delayed)
    response = Response(page)
    response.headers["Content-Security-Policy"] = FRAME_POLICY
    response.headers["Cache-Control"] = "no-store"
    return response
