"""Test clocks: the time of their customers stands still until it is advanced."""

from stripe_sandbox import events, timers
from stripe_sandbox.errors import InvalidRequest, Json
from stripe_sandbox.http import listing
from stripe_sandbox.http.operations import Call, operation
from stripe_sandbox.sandbox import Sandbox

KIND = "test_helpers.test_clock"
DAY = 24 * 3600
KEPT_FOR = 30 * DAY
# Kinds that a deleted clock takes with it.
CARRIED = ("subscription_schedule", "subscription", "invoiceitem", "invoice", "customer")
LONGEST = {"day": DAY, "week": 7 * DAY, "month": 31 * DAY, "year": 366 * DAY}


@operation("post", "/v1/test_helpers/test_clocks")
def create(call: Call) -> Json:
    box, params = call.box, call.params
    clock = make(box, params["frozen_time"], params.get("name"))
    if id := params.get("customer"):
        _attach(box, box.store.require("customer", id, "customer"), clock)
    return clock


def make(box: Sandbox, frozen_time: int, name: str | None = None) -> Json:
    clock = box.new(
        KIND,
        deletes_after=box.now() + KEPT_FOR,
        frozen_time=frozen_time,
        name=name,
        status="ready",
    )
    events.emit(box, f"{KIND}.created", clock)
    return clock


@operation("get", "/v1/test_helpers/test_clocks/{test_clock}")
def retrieve(call: Call) -> Json:
    return call.box.store.require(KIND, call.id)


@operation("get", "/v1/test_helpers/test_clocks")
def list_all(call: Call) -> Json:
    return listing.page(call, KIND)


@operation("delete", "/v1/test_helpers/test_clocks/{test_clock}")
def delete(call: Call) -> Json:
    """Its customers, their subscriptions and invoices go with it."""
    box = call.box
    clock = box.store.require(KIND, call.id)
    box.store.db.execute("DELETE FROM timers WHERE clock = ? OR object = ?", (call.id, call.id))
    for kind in CARRIED:
        for value in _on(box, clock, kind):
            box.store.remove(value["id"])
    events.emit(box, f"{KIND}.deleted", clock)
    return box.store.remove(call.id)


@operation("post", "/v1/test_helpers/test_clocks/{test_clock}/advance")
def advance(call: Call) -> Json:
    """Answers at once; the clock is `advancing` until everything on its way has happened."""
    box, target = call.box, call.params["frozen_time"]
    clock = box.store.require(KIND, call.id)
    _check(box, clock, target)
    _set_out(box, clock, target)
    timers.start(box, "advance_clock", clock["id"], box.now())
    return clock


def travel(box: Sandbox, customer: Json, seconds: int) -> Json:
    """Let time pass for one customer, at once; who has no clock gets one."""
    if customer["test_clock"]:
        clock = box.store.require(KIND, customer["test_clock"])
    else:
        clock = make(box, box.now(), "Time travel")
        _attach(box, customer, clock)
    _set_out(box, clock, clock["frozen_time"] + seconds)
    advance_by_itself(box, clock["id"])
    return clock


def _set_out(box: Sandbox, clock: Json, target: int) -> None:
    clock["status"] = "advancing"
    clock["status_details"] = {"advancing": {"target_frozen_time": target}}
    events.emit(box, f"{KIND}.advancing", clock)


def give_up(box: Sandbox, id: str) -> None:
    clock = box.store.require(KIND, id)
    clock.update(status="internal_failure", status_details={"advancing": None})
    events.emit(box, f"{KIND}.internal_failure", clock)


@timers.action("advance_clock", on_failure=give_up)
def advance_by_itself(box: Sandbox, id: str) -> None:
    clock = box.store.require(KIND, id)
    target = clock["status_details"]["advancing"]["target_frozen_time"]
    timers.run_clock(box, clock, target)
    clock.update(frozen_time=target, status="ready", status_details={"advancing": None})
    events.emit(box, f"{KIND}.ready", clock)


def _attach(box: Sandbox, customer: Json, clock: Json) -> None:
    if customer["test_clock"]:
        raise InvalidRequest("The customer is already on a test clock.", param="customer")
    with events.updating(box, "customer.updated", customer):
        customer["test_clock"] = clock["id"]
    where = "AND json_extract(body, '$.customer') = ?"
    for kind in CARRIED[:-1]:
        for value in box.store.select(kind, where, (customer["id"],)):
            value["test_clock"] = clock["id"]
            timers.move(box, value["id"], clock["id"])


def _check(box: Sandbox, clock: Json, target: int) -> None:
    if clock["status"] != "ready":
        raise InvalidRequest(f"The test clock is {clock['status']} and cannot be advanced.")
    if target <= clock["frozen_time"]:
        raise InvalidRequest("Test clocks can only be advanced forward.", param="frozen_time")
    if target > clock["frozen_time"] + _reach(box, clock):
        raise InvalidRequest(
            "You cannot advance a test clock by more than two intervals of the shortest "
            "subscription on it, or by two years if there is none.",
            param="frozen_time",
        )


def _reach(box: Sandbox, clock: Json) -> int:
    """The longest jump, in seconds."""
    intervals = [
        LONGEST[item["price"]["recurring"]["interval"]]
        * item["price"]["recurring"]["interval_count"]
        for subscription in _on(box, clock, "subscription")
        if subscription["status"] not in ("canceled", "incomplete_expired")
        for item in subscription["items"]["data"]
    ]
    return 2 * min(intervals, default=LONGEST["year"])


def _on(box: Sandbox, clock: Json, kind: str) -> list[Json]:
    where = "AND json_extract(body, '$.test_clock') = ?"
    return box.store.select(kind, where, (clock["id"],))
