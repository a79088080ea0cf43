"""The script that other sites load, and the way back from Stripe's page."""

from contextlib import suppress

from flask import Blueprint, Response, redirect, send_from_directory, url_for
from werkzeug.wrappers import Response as BaseResponse

from shop import db, web
from shop.billing import mirror
from shop.checkout.buy_button.beginning import BOUGHT
from shop.errors import NotFound, Unavailable
from shop.orders.orders import find_order, latest_payment

bp = Blueprint("buy_button", __name__)

SCRIPT = "stripe-checkout.js"
HOUR = 3600


@bp.get(f"/static/{SCRIPT}")
def script() -> Response:
    """At one address for good: pages that we do not write name it."""
    response = send_from_directory(web.STATIC, SCRIPT, max_age=HOUR)
    response.cache_control.public = True
    response.headers["Access-Control-Allow-Origin"] = "*"  # a script is no secret
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


@bp.get(f"{BOUGHT}/<token>")
def show_bought(token: str) -> BaseResponse:
    """Only Stripe's page knows this address, and tells it to who has paid."""
    db.will_write()  # the same sync that the webhook does; whoever is first
    payment = latest_payment(find_order(token))
    if payment is None:
        raise NotFound
    with suppress(Unavailable):  # the order says then that it is still being confirmed
        mirror.sync(payment.id)
    return redirect(url_for("orders.show_order", token=token), 303)
