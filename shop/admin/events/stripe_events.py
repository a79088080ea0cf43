"""The inbox of Stripe's events: what came, what became of it, and another try."""

import json
from typing import Any, ClassVar

from flask import abort, flash, redirect
from flask_admin import expose
from flask_admin.actions import action
from flask_admin.contrib.sqla.filters import FilterEqual
from flask_login import current_user
from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import defer
from werkzeug.wrappers import Response

from shop.accounts import audit
from shop.accounts.permissions import Permission, may
from shop.admin import cells
from shop.admin.finding import PARTS, FindingView
from shop.admin.records import Tab
from shop.billing import inbox
from shop.billing.models import StripeEvent
from shop.db import session
from shop.leases import State

KINDS = {State.PENDING: "info", State.FAILED: "warn", State.DONE: "good", State.DEAD: "bad"}
STUCK = (State.FAILED, State.DEAD)


class StripeEventView(FindingView):
    title: ClassVar[str] = "Stripe event"
    many: ClassVar[str] = "Stripe events"
    tabs = (
        Tab("dead", "Dead", StripeEvent.state == State.DEAD),
        Tab("failed", "Failed", StripeEvent.state == State.FAILED),
        Tab("pending", "Waiting", StripeEvent.state == State.PENDING),
        Tab("done", "Done", StripeEvent.state == State.DONE),
    )
    column_list = ("stripe_id", "type", "object_id", "received_at", "state", "attempts", "error")
    column_labels: ClassVar[dict[str, str]] = {
        "stripe_id": "Event",
        "object_id": "About",
        "received_at": "Received",
        "attempts": "Tries",
    }
    parts_of = (StripeEvent.stripe_id, StripeEvent.object_id)
    search_hint = f"An id at Stripe; {PARTS}"
    column_filters = (FilterEqual(StripeEvent.type, "Type"),)
    column_formatters = {"stripe_id": cells.page_link, "state": cells.pills(KINDS)}
    details_template = "admin/stripe_event.html"

    def get_query(self) -> Any:
        return super().get_query().options(defer(StripeEvent.payload))

    def named(self, text: str) -> list[ColumnElement[bool]]:
        return [StripeEvent.stripe_id == text, StripeEvent.object_id == text]

    def get_one(self, id: str) -> StripeEvent | None:
        return session.scalar(select(StripeEvent).where(StripeEvent.stripe_id == id))

    def address_of(self, record: StripeEvent) -> str:
        return record.stripe_id

    def about(self, record: StripeEvent) -> dict[str, Any]:
        """The payload holds addresses and names: for who may see them unmasked."""
        payload = json.dumps(json.loads(record.payload), indent=2, ensure_ascii=False)
        return super().about(record) | {
            "payload": payload if may_reveal() else None,
            "is_stuck": record.state in STUCK and self.may("replay"),
        }

    @action("replay", "Try again")
    def replay_many(self, ids: list[str]) -> int:
        chosen = select(StripeEvent.stripe_id).where(StripeEvent.id.in_(map(int, ids)))
        return sum(replay(stripe_id) for stripe_id in session.scalars(chosen).all())

    @expose("/<id>/replay", methods=("POST",))
    def replay(self, id: str) -> Response:
        event = self.one_or_404(id)
        if not replay(event.stripe_id):
            abort(409, "This event is neither failed nor dead.")
        flash("It is tried again now.", "good")
        return redirect(self.url_of(event), 303)


def replay(stripe_id: str) -> bool:
    """Whether the event was stuck and has all its tries again."""
    is_revived = inbox.replay(stripe_id)
    if is_revived:
        audit.note("stripe event.replay", f"stripe event:{stripe_id}")
    return is_revived


def may_reveal() -> bool:
    return may(current_user, Permission.REVEAL)
