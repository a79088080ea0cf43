"""From a plan to Stripe's page: what it costs and when, before anybody pays."""

from flask import Blueprint, redirect, render_template, request
from flask_login import current_user
from werkzeug.wrappers import Response
from wtforms import Form
from wtforms.validators import InputRequired, NumberRange

from shop import db
from shop.accounts.access import signed_in_user
from shop.accounts.models import User
from shop.billing.subscriptions import review, starting
from shop.billing.subscriptions.starting import MOST_SEATS, AlreadySubscribed
from shop.cart.forms import DigitsField
from shop.catalog import prices
from shop.errors import Unavailable

bp = Blueprint("subscribe", __name__, url_prefix="/subscribe", template_folder="templates")
ID = "/<int(max=2147483647):price_id>"
TOLD = f"Choose a number from 1 to {MOST_SEATS}."

Answer = Response | tuple[str, int]


class SeatsForm(Form):
    quantity = DigitsField("Seats", [InputRequired(TOLD), NumberRange(1, MOST_SEATS, TOLD)])


@bp.get(ID)
def show(price_id: int) -> Answer:
    return _page(price_id, SeatsForm(request.args, quantity=1))


@bp.post(ID)
def create(price_id: int) -> Answer:
    """To Stripe's page; whoever is not signed in comes back here from signing in."""
    form = SeatsForm(request.form)
    if not form.validate():
        return _page(price_id, form)
    quantity = form.quantity.data or 1
    try:
        if current_user.is_authenticated:
            return redirect(starting.start(signed_in_user(), price_id, quantity).url, 303)
    except AlreadySubscribed:
        pass  # the page says so
    except Unavailable as error:
        db.rollback()
        return _page(price_id, form, error=error.detail, status=503)
    return redirect(review.address(price_id, quantity), 303)


def _page(price_id: int, form: SeatsForm, *, error: str = "", status: int = 200) -> Answer:
    if form.quantity.raw_data and not form.validate():
        status = 422
    user = signed_in_user() if current_user.is_authenticated else None
    quantity = 1 if form.errors else form.quantity.data or 1
    try:
        wished = starting.wish(user, price_id, quantity)
    except AlreadySubscribed:
        return _already(price_id, user), 200
    shown = review.of(wished)
    form.quantity.label.text = shown.counted
    page = render_template("subscriptions/review.html", review=shown, form=form, error=error)
    return page, status


def _already(price_id: int, user: User | None) -> str:
    price = prices.sellable(price_id)
    running = user and starting.running(user.id, price.variant.product_id)
    return render_template("subscriptions/already.html", price=price, running=running)
