"""The portal's home: subscriptions, card, details, invoices."""

from flask import redirect, render_template, request
from werkzeug.wrappers import Response

from stripe_sandbox.billing import members
from stripe_sandbox.errors import Json
from stripe_sandbox.hosted.money import money
from stripe_sandbox.hosted.pages import box, bp
from stripe_sandbox.hosted.visits import Visit, open_visit

NOTICES = {
    "customer_update": "Your details have been updated.",
    "payment_method_update": "Your new payment method has been saved.",
    "subscription_cancel": "Your subscription has been canceled.",
    "subscription_keep": "Your subscription goes on.",
    "subscription_offer": "Your discount has been applied. Your subscription goes on.",
    "subscription_pause": "Your subscription has been paused.",
    "subscription_resume": "Your subscription goes on.",
    "subscription_stay": "Your plan stays as it is.",
    "subscription_update": "Your subscription has been updated.",
}
bp.add_app_template_filter(members.period_end)


@bp.get("/p/session/<id>")
def show_portal(id: str) -> Response | str:
    with box().store.transaction():
        visit = open_visit(id)
        if page := visit.flow_page():
            return redirect(page, 303)
        return render_template(
            "hosted/portal/home.html",
            visit=visit,
            notice=NOTICES.get(request.args.get("done", "")),
            subscriptions=visit.subscriptions(),
            invoices=_invoices(visit),
            card=_default_method(visit),
        )


@bp.get("/p/session/<id>/done")
def show_done(id: str) -> str:
    """The confirmation after a single task."""
    with box().store.transaction():
        visit = open_visit(id)
        after = (visit.session["flow"] or {}).get("after_completion") or {}
        message = (after.get("hosted_confirmation") or {}).get("custom_message")
        notice = NOTICES.get(request.args.get("done", ""), "Done.")
        return render_template(
            "hosted/portal/done.html", visit=visit, notice=notice, message=message
        )


@bp.app_template_filter()
def plan(item: Json) -> str:
    """A subscription item in words: its quantity and product."""
    product = box().store.get(item["price"]["product"]) or {}
    count = f"{item['quantity']} \u00d7 " if item.get("quantity", 1) > 1 else ""
    return f"{count}{product.get('name', item['price']['product'])}"


@bp.app_template_filter()
def rate(price: Json, quantity: int = 1) -> str:
    """€9.00 per month, €50.00 every 6 months"""
    recurring = price["recurring"]
    count, interval = recurring["interval_count"], recurring["interval"]
    amount = money((price["unit_amount"] or 0) * (quantity or 1), price["currency"])
    return f"{amount} per {interval}" if count == 1 else f"{amount} every {count} {interval}s"


@bp.app_template_filter()
def discount(coupon: Json) -> str:
    """10% off for 3 months"""
    off = coupon["percent_off"]
    what = money(coupon["amount_off"] or 0, coupon["currency"]) if off is None else f"{off:g}%"
    months = coupon["duration_in_months"]
    how_long = {"once": " once", "forever": "", "repeating": f" for {months} months"}
    return f"{what} off{how_long[coupon['duration']]}"


def _default_method(visit: Visit) -> Json | None:
    ids = [visit.customer["invoice_settings"]["default_payment_method"]]
    ids += [subscription["default_payment_method"] for subscription in visit.subscriptions()]
    return next((box().store.get(id) for id in ids if id), None)


def _invoices(visit: Visit) -> list[Json]:
    if not visit.allows("invoice_history"):
        return []
    found = box().store.select(
        "invoice",
        "AND json_extract(body, '$.customer') = ? AND json_extract(body, '$.number') IS NOT NULL",
        (visit.customer["id"],),
    )
    return found[:50]
