"""Plan changes in the portal that wait for the end of the period, such as downgrades."""

from werkzeug.wrappers import Response

from stripe_sandbox import events
from stripe_sandbox.billing import members, periods, phases
from stripe_sandbox.errors import Json
from stripe_sandbox.hosted.pages import box, bp
from stripe_sandbox.hosted.visits import Visit, open_visit


@bp.post("/p/session/<id>/<subscription>/stay")
def stay(id: str, subscription: str) -> Response:
    """Do not change the plan after all."""
    with box().store.transaction():
        visit = open_visit(id, "subscription_update")
        unschedule(visit.subscription(subscription))
        return visit.finish("subscription_stay")


@bp.app_template_filter()
def coming_items(subscription: Json) -> list[Json]:
    """The items that a schedule brings at the end of the period, with their prices."""
    schedule = box().store.get(subscription["schedule"] or "")
    if schedule is None:
        return []
    end = schedule["current_phase"]["end_date"]
    coming = next((phase for phase in schedule["phases"] if phase["start_date"] == end), None)
    return [
        {"price": box().store.require("price", item["price"]), "quantity": item["quantity"]}
        for item in (coming["items"] if coming else [])
    ]


def waits(visit: Visit, subscription: Json, wanted: list[Json]) -> bool:
    """Whether the configuration lets this change wait for the end of the period."""
    feature = visit.features["subscription_update"]["schedule_at_period_end"]
    conditions = [condition["type"] for condition in feature["conditions"]]
    for member in wanted:
        item = members.find(subscription, member["id"])
        price = box().store.require("price", member["price"])
        if "decreasing_item_amount" in conditions and _is_less(item, price, member["quantity"]):
            return True
        if "shortening_interval" in conditions and _is_shorter(item["price"], price):
            return True
    return False


def schedule(subscription: Json, wanted: list[Json]) -> None:
    unschedule(subscription)
    made = phases.from_subscription(box(), subscription)
    events.emit(box(), "subscription_schedule.created", made)
    current = {
        **made["current_phase"],
        "items": [
            {"price": item["price"]["id"], "quantity": item["quantity"]}
            for item in members.of(subscription)
        ],
    }
    chosen = {member["id"]: member for member in wanted}
    coming = {
        "items": [
            {name: chosen[item["id"]][name] for name in ("price", "quantity")}
            if item["id"] in chosen
            else {"price": item["price"]["id"], "quantity": item["quantity"]}
            for item in members.of(subscription)
        ],
        "proration_behavior": "none",
    }
    with events.updating(box(), "subscription_schedule.updated", made):
        phases.set_phases(box(), made, [current, coming])


def unschedule(subscription: Json) -> None:
    """Forget what was to come; another change or a cancellation takes its place."""
    if subscription["schedule"]:
        phases.release(
            box(), box().store.require("subscription_schedule", subscription["schedule"])
        )


def _is_less(item: Json, price: Json, quantity: int) -> bool:
    return bool(price["unit_amount"] * quantity < item["price"]["unit_amount"] * item["quantity"])


def _is_shorter(old: Json, new: Json) -> bool:
    return _length(new) < _length(old)


def _length(price: Json) -> int:
    """In seconds, counted from 1970: only good for comparing."""
    return periods.boundary(0, price["recurring"], 1)
