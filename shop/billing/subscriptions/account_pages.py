"""The account's subscriptions: what runs, what it costs next, and the ways to change it."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from shop.accounts.access import required_role, signed_in_user
from shop.billing.gateway import Declined, StripeRefused
from shop.billing.subscriptions import acts, collecting, finding, looking, opened, portal
from shop.billing.subscriptions.models import Subscription, SubscriptionStatus
from shop.billing.subscriptions.portal import Flow
from shop.billing.subscriptions.shown import Shown

bp = Blueprint(
    "subscriptions", __name__, url_prefix="/account/subscriptions", template_folder="templates"
)

KEPT = "Kept: your subscription goes on as before."
STAYED = "Your plan stays as it is."
PAID = "Paid, thank you: everything works."
BEING_PAID = "Your bank is still confirming the payment."
OTHER_WAYS = "Change the card, or pay the open invoice under “Invoices”."
RESUMED = "Your subscription goes on."
AGAIN = 2
"""Seconds until a page that waits for Stripe looks again."""


@bp.get("")
@required_role()
def index() -> str:
    found = finding.mine()
    opens = opened.by(found)
    shown = [Shown(one, opens[one.id]) for one in found]
    return render_template("subscriptions/index.html", subscriptions=shown)


@bp.get("/<token>")
@required_role()
def show(token: str) -> Response | str:
    """Says what we know. Who comes back from Stripe's pages need not wait for its events."""
    found = finding.my(token)
    has_returned, is_waiting = "returned" in request.args, _is_waiting(found)
    if has_returned or is_waiting:
        is_known = looking.look(found)
        if is_known and has_returned:
            return redirect(url_for(".show", token=token), 303)
        found = finding.my(token)
        is_waiting = not is_known and (has_returned or _is_waiting(found))
    if _is_waiting(found) and not is_waiting:
        return render_template("subscriptions/left.html", shown=_shown(found))
    return render_template(
        "subscriptions/show.html", shown=_shown(found), is_waiting=is_waiting, seconds=AGAIN
    )


@bp.get("/<token>/cancellation")
@required_role()
def show_cancellation(token: str) -> str:
    return render_template("subscriptions/cancellation.html", shown=_shown(finding.my(token)))


@bp.post("/<token>/<any(payment_method, cancel, pause):flow>")
@required_role()
def open_portal(token: str, flow: str) -> Response:
    """To Stripe's page for one task."""
    found = finding.my(token)
    return redirect(portal.open_flow(signed_in_user(), found, Flow(flow)), 303)


@bp.post("/portal")
@required_role()
def open_home() -> Response:
    """To Stripe's page for invoices and billing details."""
    return redirect(portal.open_home(signed_in_user()), 303)


@bp.post("/<token>/collect")
@required_role()
def collect(token: str) -> Response:
    """Try once more what could not be collected."""
    found = finding.my(token)
    try:
        still_owes = collecting.collect(found.id).owes
    except (Declined, StripeRefused) as refusal:
        return _back(token, f"{refusal.reason} {OTHER_WAYS}", "bad")
    return _back(token, BEING_PAID if still_owes else PAID)


@bp.post("/<token>/keep")
@required_role()
def keep(token: str) -> Response:
    acts.keep(finding.my(token))
    return _back(token, KEPT)


@bp.post("/<token>/stay")
@required_role()
def stay(token: str) -> Response:
    acts.stay(finding.my(token))
    return _back(token, STAYED)


@bp.post("/<token>/resume")
@required_role()
def resume(token: str) -> Response:
    acts.resume(finding.my(token))
    return _back(token, RESUMED)


@bp.errorhandler(portal.NotNow)
@bp.errorhandler(portal.NothingToManage)
def show_again(error: portal.NotNow | portal.NothingToManage) -> Response:
    """A page that was open while things changed: show them as they are now.

    Other blueprints answer by it too, so the pages are named in full.
    """
    flash(error.detail, "warn")
    token = (request.view_args or {}).get("token")
    page = url_for("subscriptions.show", token=token) if token else url_for("subscriptions.index")
    return redirect(page, 303)


def _back(token: str, said: str, kind: str = "good") -> Response:
    flash(said, kind)
    return redirect(url_for(".show", token=token), 303)


def _is_waiting(found: Subscription) -> bool:
    """Paid on Stripe's page, maybe, but not heard of yet."""
    is_new = found.status is SubscriptionStatus.INCOMPLETE
    return is_new and found.stripe_subscription_id is None


def _shown(found: Subscription) -> Shown:
    return Shown(found, opened.by([found])[found.id])
