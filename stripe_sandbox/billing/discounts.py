"""Discounts: what a coupon takes off, from what, and for how long."""

import json
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from stripe_sandbox import events
from stripe_sandbox.billing import periods, redemption
from stripe_sandbox.billing.redemption import Purchase
from stripe_sandbox.errors import Json
from stripe_sandbox.sandbox import Sandbox


@dataclass(frozen=True)
class Part:
    """Something that may be discounted, such as a line of an invoice."""

    amount: int
    product: str | None = None


def make(box: Sandbox, given: Json, purchase: Purchase, **owner: str) -> Json:
    """Redeem one member of a `discounts` parameter: a coupon, a promotion code or a discount.

    The owner is `subscription="sub_..."`, `invoice=...`, `checkout_session=...`; a discount that
    is passed on is copied. Raises InvalidRequest when it cannot be redeemed.
    """
    if passed_on := given.get("discount"):
        old = box.store.require("discount", passed_on, "discounts")
        terms = box.store.private(old["id"])["coupon"]
        kept = {name: old[name] for name in ("customer", "end", "promotion_code", "start")}
        return box.new(
            "discount", private={"coupon": terms}, source=old["source"], **{**kept, **owner}
        )
    coupon, code = redemption.redeem(box, given, purchase)
    discount = box.new(
        "discount",
        private={"coupon": {**_copy(coupon), **box.store.private(coupon["id"])}},
        customer=purchase.customer,
        end=_end(coupon, purchase.at),
        promotion_code=code["id"] if code else None,
        source={"type": "coupon", "coupon": coupon["id"]},
        start=purchase.at,
        **owner,
    )
    if "subscription" in owner:
        events.emit(box, "customer.discount.created", discount)
    return discount


def make_all(box: Sandbox, given: list[Json], purchase: Purchase, **owner: str) -> list[Json]:
    return [make(box, member, purchase, **owner) for member in given]


def apply(box: Sandbox, discounts: list[str], parts: list[Part], at: int) -> list[list[Json]]:
    """For each part its `discount_amounts`; a later discount sees what the earlier ones left.

    Parts without a positive amount, such as credits, stay whole.
    """
    left = [max(part.amount, 0) for part in parts]
    amounts: list[list[Json]] = [[] for _ in parts]
    for id in discounts:
        discount = box.store.require("discount", id)
        if not is_running(discount, at):
            continue
        coupon = box.store.private(id)["coupon"]
        eligible = [
            amount if _covers(coupon, part) else 0 for amount, part in zip(left, parts, strict=True)
        ]
        for index, off in enumerate(_spread(_off(coupon, sum(eligible)), eligible)):
            if eligible[index]:
                left[index] -= off
                amounts[index].append({"amount": off, "discount": id})
    return amounts


def totals(amounts: list[list[Json]]) -> list[Json]:
    """The `total_discount_amounts` of an invoice whose lines have these `discount_amounts`."""
    sums: dict[str, int] = {}
    for member in [member for part in amounts for member in part]:
        sums[member["discount"]] = sums.get(member["discount"], 0) + member["amount"]
    return [{"amount": amount, "discount": id} for id, amount in sums.items()]


def is_running(discount: Json, at: int) -> bool:
    return not discount.get("deleted") and (discount["end"] is None or at < discount["end"])


def after_invoice(box: Sandbox, discounts: list[str], at: int) -> list[str]:
    """Those that go on after an invoice has used them; the others have ended."""
    kept = []
    for id in discounts:
        discount = box.store.require("discount", id)
        is_used_up = box.store.private(id)["coupon"]["duration"] == "once"
        if is_used_up or not is_running(discount, at):
            remove(box, discount)
        else:
            kept.append(id)
    return kept


def remove(box: Sandbox, discount: Json) -> None:
    """End a discount. It can still be asked for: invoices name it."""
    if box.store.private(discount["id"]).get("is_removed"):
        return
    box.store.private(discount["id"])["is_removed"] = True
    if discount["subscription"]:
        events.emit(box, "customer.discount.deleted", discount)


def _off(coupon: Json, amount: int) -> int:
    if coupon["percent_off"] is not None:
        off = Decimal(amount) * Decimal(str(coupon["percent_off"])) / 100
        return int(off.quantize(Decimal(1), ROUND_HALF_UP))
    return min(int(coupon["amount_off"]), amount)


def _spread(total: int, weights: list[int]) -> list[int]:
    """Shares that add up to the total exactly; the largest remainders get the odd cents."""
    whole = sum(weights)
    if not whole:
        return [0] * len(weights)
    shares = [total * weight // whole for weight in weights]
    by_remainder = sorted(
        range(len(weights)), key=lambda index: total * weights[index] % whole, reverse=True
    )
    for index in by_remainder[: total - sum(shares)]:
        shares[index] += 1
    return shares


def _covers(coupon: Json, part: Part) -> bool:
    products = (coupon.get("applies_to") or {}).get("products")
    return not products or part.product in products


def _end(coupon: Json, start: int) -> int | None:
    if coupon["duration"] != "repeating":
        return None
    monthly = {"interval": "month", "interval_count": 1}
    return periods.boundary(start, monthly, coupon["duration_in_months"])


def _copy(value: Json) -> Json:
    copy: Json = json.loads(json.dumps(value))
    return copy
