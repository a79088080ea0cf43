"""Changing the plan or the seats: our page says what it costs and does, Stripe's confirms it."""

from flask import Blueprint, redirect, render_template, request
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response
from wtforms.validators import AnyOf

from shop import db
from shop.accounts.access import required_role, signed_in_user
from shop.billing.subscriptions import account_pages, changes, finding, portal, portal_settings
from shop.billing.subscriptions.models import Subscription
from shop.billing.subscriptions.portal import Choice, Flow, NotNow
from shop.billing.subscriptions.prospect import Prospect
from shop.billing.subscriptions.subscribe_pages import SeatsForm
from shop.cart.forms import DigitsField
from shop.catalog.models import Price
from shop.errors import Unavailable

bp = Blueprint("plan_changes", __name__, url_prefix="/account/subscriptions/<token>/plan")
bp.register_error_handler(NotNow, account_pages.show_again)

Answer = Response | tuple[str, int]


class PlanForm(SeatsForm):
    price_id = DigitsField("Plan")


@bp.get("")
@required_role()
def show(token: str) -> Answer:
    """The plans; with one that is chosen, what a change to it would cost and do."""
    return _page(*_open(token, request.args))


@bp.post("")
@required_role()
def change(token: str) -> Answer:
    """To Stripe's page, which shows the amount once more and takes the confirmation."""
    found, form = _open(token, request.form)
    if not form.validate():
        return _page(found, form)
    choice = Choice(form.price_id.data or 0, form.quantity.data or 0)
    return redirect(portal.open_flow(signed_in_user(), found, Flow.PLAN, choice), 303)


def _open(token: str, given: MultiDict[str, str]) -> tuple[Subscription, PlanForm]:
    found = finding.my(token)
    if not portal.may(found, Flow.PLAN):
        raise NotNow(portal.reason(found, Flow.PLAN))
    form = PlanForm(given, price_id=found.price_id, quantity=found.quantity)
    offered = portal_settings.switchable(found.product_id, found.price.currency)
    form.price_id.validators = [AnyOf([one.id for one in offered], portal.NO_PLAN)]
    return found, form


def _page(found: Subscription, form: PlanForm) -> Answer:
    is_given = bool(form.price_id.raw_data or form.quantity.raw_data)
    status = 422 if is_given and not form.validate() else 200
    offered = portal_settings.switchable(found.product_id, found.price.currency)
    price = next((one for one in offered if one.id == form.price_id.data), found.price)
    quantity = found.quantity if form.errors else form.quantity.data or 1
    is_new = (price.id, quantity) != (found.price_id, found.quantity) and not form.errors
    change, error = _foresee(found, price, quantity) if is_new else (None, "")
    prospect = Prospect(found, offered, price, quantity, change)
    form.quantity.label.text = prospect.counted
    page = render_template("subscriptions/plan.html", shown=prospect, form=form, error=error)
    return page, 503 if error else status


def _foresee(found: Subscription, price: Price, quantity: int) -> tuple[changes.Change | None, str]:
    db.will_write()  # a plan that nobody asked for yet is made at Stripe here
    try:
        return changes.foresee(found, price, quantity), ""
    except Unavailable as error:
        db.rollback()
        return None, error.detail
