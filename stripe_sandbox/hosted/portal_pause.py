"""Pausing a subscription in the portal, and resuming it."""

from flask import render_template
from werkzeug.wrappers import Response

from stripe_sandbox.billing import pausing, resuming
from stripe_sandbox.hosted.pages import box, bp
from stripe_sandbox.hosted.visits import open_visit


@bp.get("/p/session/<id>/<subscription>/pause")
def show_pause(id: str, subscription: str) -> str:
    with box().store.transaction():
        visit = open_visit(id, "subscription_pause")
        found = visit.subscription(subscription)
        return render_template("hosted/portal/pause.html", visit=visit, subscription=found)


@bp.post("/p/session/<id>/<subscription>/pause")
def pause(id: str, subscription: str) -> Response:
    with box().store.transaction():
        visit = open_visit(id, "subscription_pause")
        found = visit.subscription(subscription)
        if found["status"] != "paused":
            pausing.pause(box(), found, "pause_requested")
        return visit.finish("subscription_pause")


@bp.post("/p/session/<id>/<subscription>/resume")
def resume(id: str, subscription: str) -> Response:
    with box().store.transaction():
        visit = open_visit(id, "subscription_pause")
        found = visit.subscription(subscription)
        if found["status"] == "paused":
            resuming.resume(box(), found, {})
        return visit.finish("subscription_resume")
