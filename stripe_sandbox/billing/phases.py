"""Subscription schedules: changes that wait for their day, such as a downgrade at period end."""

import json
from typing import Any

from stripe_sandbox import events, shapes
from stripe_sandbox.billing import agenda, canceling, changing, members, periods, renewing
from stripe_sandbox.errors import InvalidRequest, Json
from stripe_sandbox.sandbox import Sandbox

LIVE = ("active", "not_started")


def from_subscription(box: Sandbox, subscription: Json) -> Json:
    """A schedule whose only phase is the current period as it is."""
    if subscription["schedule"]:
        raise InvalidRequest(
            "You cannot migrate a subscription that is already attached to a schedule: "
            f"{subscription['schedule']}.",
            param="from_subscription",
        )
    if subscription["status"] not in ("active", "past_due", "trialing"):
        raise InvalidRequest(
            f"You cannot create a schedule from a subscription that is {subscription['status']}.",
            param="from_subscription",
        )
    bought = [
        {"price": item["price"]["id"], "quantity": item["quantity"]}
        for item in members.of(subscription)
    ]
    start = min(item["current_period_start"] for item in members.of(subscription))
    end = members.period_end(subscription)
    schedule = box.new(
        "subscription_schedule",
        billing_mode=_copy(subscription["billing_mode"]),
        current_phase={"start_date": start, "end_date": end},
        customer=subscription["customer"],
        default_settings=_settings(subscription),
        end_behavior="release",
        metadata={},
        status="active",
        subscription=subscription["id"],
        test_clock=subscription["test_clock"],
    )
    phases = [_phase(subscription, {"items": bought}, start, end)]
    shapes.assign(schedule, {"phases": phases}, "phases")
    with events.updating(box, "customer.subscription.updated", subscription):
        subscription["schedule"] = schedule["id"]
    agenda.plan(box, subscription)
    return schedule


def set_phases(box: Sandbox, schedule: Json, given: list[Json]) -> None:
    """Phases of the future; the current one is among them and keeps its start."""
    subscription = box.store.require("subscription", schedule["subscription"])
    current = schedule["current_phase"]
    made: list[Json] = []
    for index, params in enumerate(given):
        start = params.get("start_date") or (made[-1]["end_date"] if made else None)
        if start is None or (made and start != made[-1]["end_date"]):
            raise InvalidRequest(
                "The start date of a phase must be the end date of the one before it.",
                param=f"phases[{index}][start_date]",
            )
        made.append(_phase(subscription, params, start, _end(box, params, start, index)))
    at = current["start_date"]
    holding = [phase for phase in made if phase["start_date"] == at]
    if not holding:
        raise InvalidRequest(
            "The current phase must be among the phases, with its start date.", param="phases"
        )
    shapes.assign(schedule, {"phases": made}, "phases")
    schedule["current_phase"] = {"start_date": at, "end_date": holding[0]["end_date"]}
    agenda.plan(box, subscription)


def next_phase(box: Sandbox, subscription: Json) -> None:
    """The current phase is over: the next one begins, or the schedule ends."""
    schedule = box.store.require("subscription_schedule", subscription["schedule"])
    at = schedule["current_phase"]["end_date"]
    coming = next((phase for phase in schedule["phases"] if phase["start_date"] == at), None)
    if coming:
        with events.updating(box, "subscription_schedule.updated", schedule):
            schedule["current_phase"] = {"start_date": at, "end_date": coming["end_date"]}
        _apply(box, subscription, coming)
    elif schedule["end_behavior"] == "cancel":
        schedule.update(completed_at=box.now(schedule), current_phase=None, status="completed")
        events.emit(box, "subscription_schedule.completed", schedule)
        canceling.end(box, subscription)
    else:
        release(box, schedule)


def release(box: Sandbox, schedule: Json) -> None:
    """The subscription goes on by itself, as it is now."""
    require_live(schedule, "release")
    subscription = box.store.require("subscription", schedule["subscription"])
    schedule.update(
        current_phase=None,
        released_at=box.now(schedule),
        released_subscription=subscription["id"],
        status="released",
        subscription=None,
    )
    with events.updating(box, "customer.subscription.updated", subscription):
        subscription["schedule"] = None
    agenda.plan(box, subscription)
    events.emit(box, "subscription_schedule.released", schedule)


def cancel(box: Sandbox, schedule: Json, *, prorate: bool, invoice_now: bool) -> None:
    """End the schedule and its subscription now."""
    require_live(schedule, "cancel")
    subscription = box.store.require("subscription", schedule["subscription"])
    canceling.cancel(box, subscription, prorate=prorate, invoice_now=invoice_now)


def require_live(schedule: Json, verb: str) -> None:
    if schedule["status"] not in LIVE:
        raise InvalidRequest(
            f"You cannot {verb} a subscription schedule that is currently in the "
            f"`{schedule['status']}` status."
        )


def _apply(box: Sandbox, subscription: Json, phase: Json) -> None:
    """Items take each other's place in order, so that a plan keeps its item."""
    old = [item["id"] for item in members.of(subscription)]
    wanted = [{"price": item["price"], "quantity": item["quantity"]} for item in phase["items"]]
    items = [
        {**member, **({"id": old[index]} if index < len(old) else {})}
        for index, member in enumerate(wanted)
    ]
    items += [{"id": id, "deleted": True} for id in old[len(wanted) :]]
    params = {"items": items, "proration_behavior": phase["proration_behavior"]}
    changing.update(box, subscription, params)


def _phase(subscription: Json, params: Json, start: int, end: int) -> Json:
    items = [
        {
            "metadata": dict(item.get("metadata") or {}),
            "plan": item["price"],
            "price": item["price"],
            "quantity": item.get("quantity", 1),
        }
        for item in params["items"]
    ]
    return {
        "currency": subscription["currency"],
        "end_date": end,
        "items": items,
        "metadata": dict(params.get("metadata") or {}),
        "proration_behavior": params.get("proration_behavior", "create_prorations"),
        "start_date": start,
    }


def _end(box: Sandbox, params: Json, start: int, index: int) -> int:
    if end := params.get("end_date"):
        return box.now() if end == "now" else int(end)
    if duration := params.get("duration"):
        recurring = {"interval_count": 1, **duration}
    else:
        price = box.store.require("price", params["items"][0].get("price", ""), f"phases[{index}]")
        recurring = price["recurring"]
    return periods.boundary(start, recurring, 1)


def _settings(subscription: Json) -> Json:
    return shapes.fill(
        "subscription_schedule:default_settings",
        {
            "billing_cycle_anchor": "automatic",
            "collection_method": subscription["collection_method"],
            "default_payment_method": subscription["default_payment_method"],
            "invoice_settings": {"issuer": {"account": None, "type": "self"}},
        },
    )


def _copy(value: Any) -> Any:
    return json.loads(json.dumps(value))


renewing.DO["next_phase"] = next_phase
