from stripe_sandbox import events, shapes
from stripe_sandbox.billing import phases
from stripe_sandbox.errors import Json, NotBuilt
from stripe_sandbox.http import listing
from stripe_sandbox.http.operations import Call, operation

KIND = "subscription_schedule"
BUILT_OF_PHASES = {
    "duration", "end_date", "items", "metadata", "proration_behavior", "start_date",
}  # fmt: skip


@operation("post", "/v1/subscription_schedules")
def create(call: Call) -> Json:
    box, params = call.box, call.params
    id = params.get("from_subscription")
    if not id:
        raise NotBuilt("The sandbox makes schedules from subscriptions only.")
    subscription = box.store.require("subscription", id, "from_subscription")
    schedule = phases.from_subscription(box, subscription)
    shapes.assign_metadata(schedule, params)
    events.emit(box, f"{KIND}.created", schedule)
    return schedule


@operation("get", "/v1/subscription_schedules/{schedule}")
def retrieve(call: Call) -> Json:
    return call.box.store.require(KIND, call.id)


@operation("get", "/v1/subscription_schedules")
def list_all(call: Call) -> Json:
    return listing.page(call, KIND, "customer")


@operation("post", "/v1/subscription_schedules/{schedule}")
def update(call: Call) -> Json:
    box, params = call.box, call.params
    schedule = box.store.require(KIND, call.id)
    phases.require_live(schedule, "update")
    if params.get("end_behavior", "release") not in ("cancel", "release"):
        raise NotBuilt("The sandbox cancels or releases at the end.", param="end_behavior")
    params.get("proration_behavior")  # the current phase stays as it is
    with events.updating(box, f"{KIND}.updated", schedule):
        shapes.assign(schedule, params, "end_behavior")
        shapes.assign_metadata(schedule, params)
        if given := params.get("phases"):
            _refuse_unbuilt(given)
            phases.set_phases(box, schedule, given)
    return schedule


@operation("post", "/v1/subscription_schedules/{schedule}/release")
def release(call: Call) -> Json:
    schedule = call.box.store.require(KIND, call.id)
    phases.release(call.box, schedule)
    return schedule


@operation("post", "/v1/subscription_schedules/{schedule}/cancel")
def cancel(call: Call) -> Json:
    schedule = call.box.store.require(KIND, call.id)
    phases.cancel(
        call.box,
        schedule,
        prorate=bool(call.params.get("prorate")),
        invoice_now=bool(call.params.get("invoice_now")),
    )
    return schedule


def _refuse_unbuilt(given: list[Json]) -> None:
    for phase in given:
        if unbuilt := set(phase) - BUILT_OF_PHASES:
            raise NotBuilt(f"The sandbox has not built {', '.join(sorted(unbuilt))} of phases.")
        for item in phase["items"]:
            if set(item) - {"metadata", "price", "quantity"}:
                raise NotBuilt("The sandbox plans a price and a quantity of items only.")
