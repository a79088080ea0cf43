"""Canceling a subscription in the portal, and changing one's mind."""

from flask import render_template, request
from werkzeug.wrappers import Response

from stripe_sandbox import events
from stripe_sandbox.billing import agenda, canceling, discounts, members
from stripe_sandbox.billing.redemption import Purchase
from stripe_sandbox.errors import Json
from stripe_sandbox.hosted import portal_schedules
from stripe_sandbox.hosted.pages import box, bp
from stripe_sandbox.hosted.visits import Visit, open_visit

FEEDBACK = {
    "customer_service": "Customer service was less than expected",
    "low_quality": "Quality was less than expected",
    "missing_features": "I need more features",
    "other": "Other reason",
    "switched_service": "I found an alternative",
    "too_complex": "Ease of use was less than expected",
    "too_expensive": "It's too expensive",
    "unused": "I no longer need it",
}


@bp.get("/p/session/<id>/<subscription>/cancel")
def show_cancellation(id: str, subscription: str) -> str:
    with box().store.transaction():
        visit = open_visit(id, "subscription_cancel")
        found = visit.subscription(subscription)
        return render_template(
            "hosted/portal/cancel.html",
            visit=visit,
            subscription=found,
            reasons={name: FEEDBACK[name] for name in _reasons(visit)},
            is_immediate=_is_immediate(visit),
            offer=_offer(visit),
        )


@bp.post("/p/session/<id>/<subscription>/cancel")
def cancel(id: str, subscription: str) -> Response:
    with box().store.transaction():
        visit = open_visit(id, "subscription_cancel")
        found = visit.subscription(subscription, may_have_ended=True)
        is_ended = found["status"] in agenda.ENDED
        if not is_ended and not _is_scheduled(found):  # or the button was pressed twice
            _cancel(visit, found)
        return visit.finish("subscription_cancel")


@bp.post("/p/session/<id>/<subscription>/accept-offer")
def accept_offer(id: str, subscription: str) -> Response:
    """Stay, for the discount that the shop offers to those who want to leave."""
    with box().store.transaction():
        visit = open_visit(id, "subscription_cancel")
        found, coupon = visit.subscription(subscription), _offer(visit)
        if coupon:
            purchase = Purchase(found["currency"], box().now(found), found["customer"])
            with events.updating(box(), "customer.subscription.updated", found):
                made = discounts.make(
                    box(), {"coupon": coupon["id"]}, purchase, subscription=subscription
                )
                found["discounts"].append(made["id"])
        return visit.finish("subscription_cancel", "subscription_offer")


@bp.post("/p/session/<id>/<subscription>/keep")
def keep(id: str, subscription: str) -> Response:
    """Do not cancel after all."""
    with box().store.transaction():
        visit = open_visit(id, "subscription_cancel")
        found = visit.subscription(subscription)
        if _is_scheduled(found):
            with events.updating(box(), "customer.subscription.updated", found):
                canceling.keep(box(), found)
        return visit.finish("subscription_keep")


def _cancel(visit: Visit, subscription: Json) -> None:
    portal_schedules.unschedule(subscription)
    details = _details(visit)
    if _is_immediate(visit):
        behavior = visit.features["subscription_cancel"]["proration_behavior"]
        canceling.cancel(
            box(),
            subscription,
            details,
            prorate=behavior != "none",
            invoice_now=behavior == "always_invoice",
        )
        return
    with events.updating(box(), "customer.subscription.updated", subscription):
        # with flexible billing the portal sets a date, and leaves cancel_at_period_end alone
        canceling.cancel_later(box(), subscription, members.period_end(subscription), details)


def _offer(visit: Visit) -> Json | None:
    """The coupon that may change the customer's mind."""
    flow = (visit.flow or {}).get("subscription_cancel") or {}
    retention = flow.get("retention") or {}
    return box().store.get((retention.get("coupon_offer") or {}).get("coupon", ""))


def _details(visit: Visit) -> Json:
    feedback = request.form.get("feedback")
    return {
        "comment": request.form.get("comment", "").strip() or None,
        "feedback": feedback if feedback in _reasons(visit) else None,
    }


def _reasons(visit: Visit) -> list[str]:
    asked = visit.features["subscription_cancel"]["cancellation_reason"]
    return list(asked["options"]) if asked["enabled"] else []


def _is_immediate(visit: Visit) -> bool:
    return bool(visit.features["subscription_cancel"]["mode"] == "immediately")


def _is_scheduled(subscription: Json) -> bool:
    return bool(subscription["cancel_at"] or subscription["cancel_at_period_end"])
