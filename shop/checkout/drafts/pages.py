"""Where a draft's link leads: what it is, until when, and on to paying it."""

from flask import Blueprint, redirect, render_template, url_for
from werkzeug.wrappers import Response

from shop.checkout.drafts import drafts, links

bp = Blueprint("draft", __name__, url_prefix=links.PREFIX)


@bp.get("")
def show(draft: str) -> Response | str:
    """What was paid leads to its order, which is where the link stops working."""
    found = links.find(draft)
    links.require_open(found)
    if (order := drafts.order_of(found)) is not None:
        return redirect(url_for("orders.show_order", token=order.token), 303)
    now = drafts.contents(found)
    return render_template(
        "checkout/draft.html",
        draft=found,
        now=now,
        pay_url=url_for("checkout.start", draft=found.token),
    )
