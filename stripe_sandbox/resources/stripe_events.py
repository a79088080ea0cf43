from stripe_sandbox.errors import Json
from stripe_sandbox.http import listing
from stripe_sandbox.http.operations import Call, operation

UNDELIVERED = (
    "id IN (SELECT event FROM deliveries WHERE state != 'delivered' "
    "AND event NOT IN (SELECT event FROM deliveries WHERE state = 'delivered'))"
)


@operation("get", "/v1/events")
def list_all(call: Call) -> Json:
    conditions: list[str] = []
    values: list[str] = []
    types = call.params.get("types") or [call.params.get("type")]
    if types[0]:
        conditions.append(_any_type(types))
        values += [kind.replace("*", "%") for kind in types]
    if "delivery_success" in call.params:
        is_delivered = call.params["delivery_success"]
        conditions.append(f"NOT {UNDELIVERED}" if is_delivered else UNDELIVERED)
    text = "".join(f"AND ({condition}) " for condition in conditions)
    return listing.page(call, "event", where=(text, tuple(values)))


@operation("get", "/v1/events/{id}")
def retrieve(call: Call) -> Json:
    return call.box.store.require("event", call.id)


def _any_type(types: list[str]) -> str:
    return " OR ".join("json_extract(body, '$.type') LIKE ?" for _ in types)
