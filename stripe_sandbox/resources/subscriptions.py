from stripe_sandbox import events
from stripe_sandbox.billing import canceling, discounts, pausing, pending, resuming, subscribing
from stripe_sandbox.errors import InvalidRequest, Json
from stripe_sandbox.http import listing
from stripe_sandbox.http.expansion import INCLUDABLE
from stripe_sandbox.http.listing import Condition
from stripe_sandbox.http.operations import Call, operation
from stripe_sandbox.sandbox import Sandbox

RUNNING = "AND json_extract(body, '$.status') NOT IN ('canceled', 'incomplete_expired')"
ENDED = "AND json_extract(body, '$.status') IN ('canceled', 'incomplete_expired')"
HAS_PRICE = (
    "AND EXISTS (SELECT 1 FROM json_each(body, '$.items.data') "
    "WHERE json_extract(value, '$.price.id') = ?)"
)


@operation("post", "/v1/subscriptions")
def create(call: Call) -> Json:
    return subscribing.create(call.box, call.params)


@operation("get", "/v1/subscriptions/{subscription_exposed_id}")
def retrieve(call: Call) -> Json:
    return call.box.store.require("subscription", call.id)


@operation("post", "/v1/subscriptions/{subscription_exposed_id}")
def update(call: Call) -> Json:
    subscription = call.box.store.require("subscription", call.id)
    pending.update(call.box, subscription, call.params)
    return subscription


@operation("delete", "/v1/subscriptions/{subscription_exposed_id}")
def cancel(call: Call) -> Json:
    subscription = call.box.store.require("subscription", call.id)
    canceling.cancel(
        call.box,
        subscription,
        call.params.get("cancellation_details"),
        prorate=bool(call.params.get("prorate")),
        invoice_now=bool(call.params.get("invoice_now")),
    )
    return subscription


@operation("post", "/v1/subscriptions/{subscription}/pause")
def pause(call: Call) -> Json:
    subscription = call.box.store.require("subscription", call.id)
    pausing.pause_by_request(call.box, subscription, call.params)
    return subscription


@operation("post", "/v1/subscriptions/{subscription}/resume")
def resume(call: Call) -> Json:
    subscription = call.box.store.require("subscription", call.id)
    resuming.resume(call.box, subscription, call.params)
    return subscription


@operation("get", "/v1/subscriptions")
def list_all(call: Call) -> Json:
    """Without those that have ended, unless asked for."""
    status, price = call.params.get("status"), call.params.get("price")
    text, values = _with_status(status)
    if price:
        text, values = f"{text} {HAS_PRICE}", (*values, price)
    filters = ("collection_method", "customer", "test_clock")
    return listing.page(call, "subscription", *filters, where=(text, values))


@operation("delete", "/v1/subscriptions/{subscription_exposed_id}/discount")
def delete_discount(call: Call) -> Json:
    box = call.box
    subscription = box.store.require("subscription", call.id)
    if not subscription["discounts"]:
        raise InvalidRequest("No active discount for this subscription.")
    with events.updating(box, "customer.subscription.updated", subscription):
        removed = box.store.require("discount", subscription["discounts"][0])
        subscription["discounts"] = []
    discounts.remove(box, removed)
    return {"id": removed["id"], "object": "discount", "deleted": True}


def _of_customer(box: Sandbox, customer: Json) -> Json:
    where = f"AND json_extract(body, '$.customer') = ? {RUNNING}"
    found = box.store.select("subscription", where, (customer["id"],))
    return listing.whole_page(found, f"/v1/customers/{customer['id']}/subscriptions")


def _with_status(status: str | None) -> Condition:
    if status is None:
        return RUNNING, ()
    if status in ("all", "ended"):
        return (ENDED if status == "ended" else ""), ()
    return "AND json_extract(body, '$.status') = ?", (status,)


INCLUDABLE["customer", "subscriptions"] = _of_customer
