"""Whether a coupon or a promotion code may be used, and the count of its uses."""

from collections.abc import Callable
from dataclasses import dataclass

from stripe_sandbox.errors import InvalidRequest, Json
from stripe_sandbox.sandbox import Sandbox


@dataclass(frozen=True)
class Purchase:
    """What a code is judged by."""

    currency: str
    at: int
    """Seconds, by the customer's clock."""
    customer: str | None = None
    amount: int | None = None
    """The total in minor units; None while it is not known, so that no minimum applies."""


def redeem(box: Sandbox, given: Json, purchase: Purchase) -> tuple[Json, Json | None]:
    """The coupon, and the promotion code that led to it. Raises InvalidRequest."""
    coupon, code = find(box, given)
    check(box, coupon, code, purchase)
    for used in filter(None, (coupon, code)):
        used["times_redeemed"] += 1
    refresh(coupon, purchase.at)
    if code:
        refresh_code(box, code, purchase.at)
    return coupon, code


def find(box: Sandbox, given: Json) -> tuple[Json, Json | None]:
    if id := given.get("promotion_code"):
        code = box.store.require("promotion_code", id, "discounts")
        return box.store.require("coupon", code["promotion"]["coupon"], "discounts"), code
    if not given.get("coupon"):
        raise InvalidRequest(
            "A discount needs a `coupon`, a `promotion_code` or a `discount`.", param="discounts"
        )
    return box.store.require("coupon", given["coupon"], "discounts"), None


def check(box: Sandbox, coupon: Json, code: Json | None, purchase: Purchase) -> None:
    """Raises InvalidRequest when the purchase cannot have this discount."""
    if not refresh(coupon, purchase.at):
        raise InvalidRequest(
            f"Coupon expired: {coupon['id']}", code="coupon_expired", param="discounts"
        )
    if coupon["currency"] not in (None, purchase.currency):
        raise InvalidRequest(
            f"The coupon `{coupon['id']}` takes off an amount in {coupon['currency']}, but this "
            f"purchase is in {purchase.currency}.",
            param="discounts",
        )
    if code:
        for is_hurt, complaint in RULES:
            if is_hurt(box, code, purchase):
                raise InvalidRequest(
                    f"This promotion code cannot be redeemed because {complaint}.",
                    param="discounts",
                )


def refresh(coupon: Json, now: int) -> bool:
    """Whether the coupon can be redeemed now; `valid` says so too."""
    is_late = coupon["redeem_by"] is not None and now >= coupon["redeem_by"]
    coupon["valid"] = not is_late and not _is_used_up(coupon)
    return bool(coupon["valid"])


def refresh_code(box: Sandbox, code: Json, now: int) -> bool:
    coupon = box.store.get(code["promotion"]["coupon"])
    is_late = code["expires_at"] is not None and now >= code["expires_at"]
    if is_late or _is_used_up(code) or not coupon or coupon.get("deleted") or not coupon["valid"]:
        code["active"] = False
    return bool(code["active"])


def _is_used_up(value: Json) -> bool:
    most = value["max_redemptions"]
    return most is not None and value["times_redeemed"] >= most


def _is_inactive(box: Sandbox, code: Json, purchase: Purchase) -> bool:
    return not refresh_code(box, code, purchase.at)


def _is_of_another_customer(box: Sandbox, code: Json, purchase: Purchase) -> bool:  # noqa: ARG001
    return code["customer"] not in (None, purchase.customer)


def _has_bought_before(box: Sandbox, code: Json, purchase: Purchase) -> bool:
    if not code["restrictions"]["first_time_transaction"] or not purchase.customer:
        return False
    condition = "AND json_extract(body, '$.customer') = ? AND json_extract(body, '$.status') = ?"
    return any(
        box.store.select(kind, condition, (purchase.customer, status))
        for kind, status in (("charge", "succeeded"), ("invoice", "paid"))
    )


def _is_too_small(box: Sandbox, code: Json, purchase: Purchase) -> bool:  # noqa: ARG001
    least = code["restrictions"]["minimum_amount"]
    if least is None or purchase.amount is None:
        return False
    currency = code["restrictions"]["minimum_amount_currency"]
    return bool(purchase.currency != currency or purchase.amount < least)


RULES: tuple[tuple[Callable[[Sandbox, Json, Purchase], bool], str], ...] = (
    (_is_inactive, "it is expired or inactive"),
    (_is_of_another_customer, "it is restricted to another customer"),
    (_has_bought_before, "the associated customer has prior transactions"),
    (_is_too_small, "the purchase is below the minimum amount"),
)
