"""Changing the plan in the portal: choose, see what it costs, confirm."""

import json
from dataclasses import dataclass
from typing import Any

from flask import abort, render_template, request
from werkzeug.wrappers import Response

from stripe_sandbox.billing import canceling, changing, members
from stripe_sandbox.errors import InvalidCard, InvalidRequest, Json
from stripe_sandbox.hosted import portal_schedules
from stripe_sandbox.hosted.pages import box, bp
from stripe_sandbox.hosted.visits import Visit, open_visit

Page = Response | tuple[str, int] | str


@dataclass(frozen=True)
class Prospect:
    """What a change would lead to."""

    after: Json
    lines: list[Json]
    due: int
    is_due_now: bool
    starts_at: int | None = None
    """When the change waits for the end of the period."""


@bp.get("/p/session/<id>/<subscription>/plans")
def show_plans(id: str, subscription: str) -> str:
    with box().store.transaction():
        visit = open_visit(id, "subscription_update")
        found = visit.subscription(subscription)
        item = found["items"]["data"][0]
        return render_template(
            "hosted/portal/plans.html",
            visit=visit,
            subscription=found,
            item=item,
            offers=_offers(visit, found["currency"]),
            has_quantity=_has_quantity(visit, item["price"]["product"]),
        )


@bp.get("/p/session/<id>/<subscription>/change")
def show_plan_change(id: str, subscription: str) -> Page:
    with box().store.transaction():
        visit = open_visit(id, "subscription_update")
        found = visit.subscription(subscription)
        return _render(visit, found, _wanted(visit, found))


@bp.post("/p/session/<id>/<subscription>/change")
def change_plan(id: str, subscription: str) -> Page:
    """A card that refuses leaves the subscription as it was."""
    try:
        with box().store.transaction():
            visit = open_visit(id, "subscription_update")
            found = visit.subscription(subscription)
            _change(visit, found, _confirmed(visit, found))
            return visit.finish("subscription_update")
    except (InvalidCard, InvalidRequest) as refusal:
        error = refusal.message
    with box().store.transaction():
        visit = open_visit(id, "subscription_update")
        found = visit.subscription(subscription)
        return _render(visit, found, _confirmed(visit, found), error), 402


def _change(visit: Visit, subscription: Json, wanted: list[Json]) -> None:
    if portal_schedules.waits(visit, subscription, wanted):
        portal_schedules.schedule(subscription, wanted)
    else:
        portal_schedules.unschedule(subscription)
        changing.update(box(), subscription, _params(visit, subscription, wanted))


def _offers(visit: Visit, currency: str) -> list[Json]:
    """What may be chosen: {product, price}."""
    found = []
    for product in visit.features["subscription_update"]["products"] or []:
        for id in product["prices"]:
            price = box().store.get(id)
            if price and price.get("active") and price["currency"] == currency:
                found.append({"price": price, "product": box().store.get(price["product"])})
    return found


def _has_quantity(visit: Visit, product: str) -> bool:
    feature = visit.features["subscription_update"]
    return "quantity" in feature["default_allowed_updates"] and any(
        offered["product"] == product and offered["adjustable_quantity"]["enabled"]
        for offered in feature["products"] or []
    )


def _wanted(visit: Visit, subscription: Json) -> list[Json]:
    """The items as they shall be: from the task of the session, or as chosen."""
    items = {item["id"]: item for item in subscription["items"]["data"]}
    flow = visit.flow or {}
    if flow.get("type") == "subscription_update_confirm":
        given = flow["subscription_update_confirm"]["items"]
    else:
        chosen: Json = {"id": next(iter(items)), "price": request.args.get("price")}
        given = [{**chosen, "quantity": request.args.get("quantity", type=int)}]
    return [_item(visit, items, member, subscription["currency"]) for member in given]


def _confirmed(visit: Visit, subscription: Json) -> list[Json]:
    """The items that the page had shown; checked again, for a page is only a form."""
    items = {item["id"]: item for item in subscription["items"]["data"]}
    rows = zip(
        request.form.getlist("item"),
        request.form.getlist("price"),
        request.form.getlist("quantity", type=int),
        strict=False,
    )
    given = [{"id": id, "price": price, "quantity": quantity} for id, price, quantity in rows]
    return [_item(visit, items, member, subscription["currency"]) for member in given]


def _item(visit: Visit, items: dict[str, Any], given: Json, currency: str) -> Json:
    item = items.get(given["id"]) or abort(400)
    price = given.get("price") or item["price"]["id"]
    offered = {offer["price"]["id"]: offer for offer in _offers(visit, currency)}
    if price != item["price"]["id"] and price not in offered:
        abort(400)
    quantity = given.get("quantity") or item["quantity"]
    return {"id": item["id"], "price": price, "quantity": max(1, quantity)}


def _params(visit: Visit, subscription: Json, wanted: list[Json]) -> Json:
    feature = visit.features["subscription_update"]
    params: Json = {
        "items": wanted,
        "payment_behavior": "error_if_incomplete",
        "proration_behavior": feature["proration_behavior"],
    }
    if feature["billing_cycle_anchor"] == "now":
        params["billing_cycle_anchor"] = {"type": "now"}
    if subscription["status"] == "trialing" and feature["trial_update_behavior"] == "end_trial":
        params["trial_end"] = "now"
    confirmed = (visit.flow or {}).get("subscription_update_confirm") or {}
    if given := confirmed.get("discounts"):
        params["discounts"] = [
            {name: value for name, value in member.items() if value} for member in given
        ]
    return params


def _foresee(visit: Visit, subscription: Json, wanted: list[Json]) -> Prospect:
    """Change it, look, and undo everything."""
    params = _params(visit, subscription, wanted)
    if portal_schedules.waits(visit, subscription, wanted):
        params["proration_behavior"] = "none"
        starts_at = members.period_end(subscription)
        with box().store.rehearsal():
            changing.change(box(), subscription, params)
            after = json.loads(json.dumps(subscription))
        return Prospect(after, [], 0, is_due_now=True, starts_at=starts_at)
    with box().store.rehearsal():
        now = changing.change(box(), subscription, params)
        invoice = now or canceling.last_invoice(box(), subscription)
        lines = invoice["lines"]["data"] if invoice else []
        due = invoice["amount_due"] if invoice else 0
        seen = json.loads(json.dumps({"after": subscription, "lines": lines}))
    return Prospect(**seen, due=due, is_due_now=now is not None)


def _render(visit: Visit, subscription: Json, wanted: list[Json], error: str = "") -> str:
    prospect = _foresee(visit, subscription, wanted)
    return render_template(
        "hosted/portal/confirm.html", visit=visit, wanted=wanted, error=error, **vars(prospect)
    )
