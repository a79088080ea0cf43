"""What a change does to the items of a subscription."""

from stripe_sandbox.billing import members, periods
from stripe_sandbox.errors import InvalidRequest, Json
from stripe_sandbox.sandbox import Sandbox


def existing(subscription: Json, member: Json) -> Json | None:
    id = member.get("id")
    return members.find(subscription, id, "items[id]") if id else None


def restarts_cycle(box: Sandbox, subscription: Json, params: Json) -> bool:
    """Whether the cycle begins anew now: by wish, at a trial's end, or with another interval."""
    anchor = params.get("billing_cycle_anchor") or {}
    if anchor.get("type") == "now" or params.get("trial_end") == "now":
        return True
    if subscription["status"] == "trialing" or params.get("trial_end"):
        return False
    for index, member in enumerate(params.get("items") or []):
        item = existing(subscription, member)
        if item and not member.get("deleted"):
            wanted = _interval(box, member, f"items[{index}]")
            if wanted not in (None, members.interval_of(item)):
                return True
    return False


def _interval(box: Sandbox, member: Json, place: str) -> tuple[str, int] | None:
    """That of the price that is asked for, if one is."""
    if data := member.get("price_data"):
        return data["recurring"]["interval"], data["recurring"].get("interval_count", 1)
    if not (member.get("price") or member.get("plan")):
        return None
    recurring = members.find_price(box, member, place)["recurring"]
    return recurring["interval"], recurring["interval_count"]


def apply(
    box: Sandbox, subscription: Json, item: Json | None, member: Json, index: int
) -> Json | None:
    """The item as it is now; None when it was removed."""
    place = f"items[{index}]"
    if item is None:
        return members.add(box, subscription, member, place)
    if member.get("deleted"):
        if len(members.of(subscription)) == 1:
            raise InvalidRequest(
                "A subscription must have at least one active item. To cancel the subscription, "
                "delete it.",
                param=place,
            )
        members.of(subscription).remove(item)
        return None
    if any(member.get(name) for name in ("price", "plan", "price_data")):
        price = members.find_price(box, member, place)
        if price["currency"] != subscription["currency"]:
            raise InvalidRequest("You cannot combine currencies.", param=f"{place}[price]")
        if price["id"] != item["price"]["id"] and "quantity" not in member:
            item["quantity"] = 1  # Stripe's rule for a changed price
        members.set_price(item, price)
    members.change(box, subscription, item, member)
    return item


def join_cycle(subscription: Json, changed: list[Json | None], at: int) -> None:
    """New items join the cycle."""
    for item in filter(None, changed):
        if item["current_period_end"] == 0:
            end = subscription["trial_end"] if subscription["status"] == "trialing" else None
            if end is None:
                anchor, recurring = subscription["billing_cycle_anchor"], item["price"]["recurring"]
                _, end = periods.period_at(anchor, recurring, at)
            item.update(current_period_start=at, current_period_end=end)
