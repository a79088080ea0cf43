"""Items of subscriptions, one by one: changes of one item are changes of its subscription."""

import json

from stripe_sandbox.billing import members, pending
from stripe_sandbox.errors import Json
from stripe_sandbox.http import listing
from stripe_sandbox.http.operations import Call, operation

OF_SUBSCRIPTION = ("off_session", "payment_behavior", "proration_behavior", "proration_date")
OF_ITEM = ("discounts", "metadata", "plan", "price", "price_data", "quantity")


@operation("get", "/v1/subscription_items")
def list_all(call: Call) -> Json:
    subscription = call.box.store.require("subscription", call.params["subscription"])
    call.params.get("limit")
    return listing.whole_page(members.of(subscription)[::-1], call.path)


@operation("get", "/v1/subscription_items/{item}")
def retrieve(call: Call) -> Json:
    return members.find(members.owner_of(call.box, call.id), call.id)


@operation("post", "/v1/subscription_items")
def create(call: Call) -> Json:
    subscription = call.box.store.require("subscription", call.params["subscription"])
    _change(call, subscription, {})
    return members.of(subscription)[-1]


@operation("post", "/v1/subscription_items/{item}")
def update(call: Call) -> Json:
    subscription = members.owner_of(call.box, call.id)
    _change(call, subscription, {"id": call.id})
    return members.find(subscription, call.id)


@operation("delete", "/v1/subscription_items/{item}")
def delete(call: Call) -> Json:
    subscription = members.owner_of(call.box, call.id)
    _change(call, subscription, {"id": call.id, "deleted": True})
    return {"id": call.id, "object": "subscription_item", "deleted": True}


def _change(call: Call, subscription: Json, member: Json) -> None:
    given = {name: call.params[name] for name in OF_ITEM if name in call.params}
    around = {name: call.params[name] for name in OF_SUBSCRIPTION if name in call.params}
    items = json.loads(json.dumps([{**given, **member}]))
    pending.update(call.box, subscription, {**around, "items": items})
