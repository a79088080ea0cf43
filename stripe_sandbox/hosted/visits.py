"""A visit to the portal: who is there, what they may do, and where a task leads."""

import time
from dataclasses import dataclass
from typing import NoReturn

from flask import abort, make_response, redirect, render_template, url_for
from werkzeug.wrappers import Response

from stripe_sandbox.billing import agenda
from stripe_sandbox.errors import Json
from stripe_sandbox.hosted.pages import box

# Where a session that is for one task begins.
FLOW_PAGES = {
    "customer_update": "hosted.show_details",
    "payment_method_update": "hosted.show_card",
    "subscription_cancel": "hosted.show_cancellation",
    "subscription_pause": "hosted.show_pause",
    "subscription_update": "hosted.show_plans",
    "subscription_update_confirm": "hosted.show_plan_change",
}


@dataclass(frozen=True)
class Visit:
    session: Json
    configuration: Json
    customer: Json

    @property
    def features(self) -> Json:
        features: Json = self.configuration["features"]
        return features

    def allows(self, feature: str) -> bool:
        return bool(self.features[feature]["enabled"])

    @property
    def home(self) -> str:
        return url_for("hosted.show_portal", id=self.session["id"])

    @property
    def flow(self) -> Json | None:
        """The one task that the session is for, until it is done."""
        flow: Json | None = self.session["flow"]
        return None if self._private.get("is_done") else flow

    @property
    def back(self) -> str | None:
        """Where the visitor goes when they do not want the task after all."""
        return self.session["return_url"] if self.flow else self.home

    def flow_page(self) -> str | None:
        if self.flow is None:
            return None
        kind = self.flow["type"]
        details = self.flow.get(kind) or {}
        about = {"subscription": details["subscription"]} if details else {}
        return url_for(FLOW_PAGES[kind], id=self.session["id"], **about)

    def finish(self, task: str, done: str = "") -> Response:
        """A task is done: back to the shop, to a confirmation or to the portal's home.

        `done` names what to tell the visitor when that is not the task's usual end.
        """
        done = done or task
        flow = self.flow
        if flow is None or not flow["type"].startswith(task):
            return redirect(url_for("hosted.show_portal", id=self.session["id"], done=done), 303)
        self._private["is_done"] = True
        after = flow["after_completion"]
        if after["type"] == "redirect":
            return redirect(after["redirect"]["return_url"], 303)
        if after["type"] == "hosted_confirmation":
            return redirect(url_for("hosted.show_done", id=self.session["id"], done=done), 303)
        return redirect(url_for("hosted.show_portal", id=self.session["id"], done=done), 303)

    def subscriptions(self) -> list[Json]:
        where = "AND json_extract(body, '$.customer') = ?"
        found = box().store.select("subscription", where, (self.customer["id"],))
        return [
            subscription for subscription in found if subscription["status"] not in agenda.ENDED
        ]

    def subscription(self, id: str, *, may_have_ended: bool = False) -> Json:
        """Ends the request when it is not one of the visitor's."""
        found = box().store.get(id)
        is_theirs = found and found.get("customer") == self.customer["id"]
        if found is None or found["object"] != "subscription" or not is_theirs:
            refuse(404)
        if found["status"] in agenda.ENDED and not may_have_ended:
            refuse(404)
        return found

    @property
    def _private(self) -> Json:
        return box().store.private(self.session["id"])


def refuse(status: int) -> NoReturn:
    message = "The link is wrong, too old, or not made for this."
    abort(make_response(render_template("hosted/refused.html", message=message), status))


def open_visit(id: str, feature: str | None = None) -> Visit:
    """Ends the request when the link is wrong or too old, or the task is not allowed."""
    session = box().store.get(id)
    if session is None or session["object"] != "billing_portal.session":
        refuse(404)
    if box().store.private(id)["expires_at"] < time.time():
        refuse(410)
    visit = Visit(
        session,
        box().store.require("billing_portal.configuration", session["configuration"]),
        box().store.require("customer", session["customer"]),
    )
    if feature and not visit.allows(feature):
        refuse(403)
    return visit
