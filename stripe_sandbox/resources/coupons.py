from stripe_sandbox import events, shapes
from stripe_sandbox.billing import redemption
from stripe_sandbox.errors import InvalidRequest, Json
from stripe_sandbox.http import listing
from stripe_sandbox.http.expansion import INCLUDABLE
from stripe_sandbox.http.operations import Call, operation
from stripe_sandbox.sandbox import Sandbox

FIELDS = (
    "amount_off", "duration", "duration_in_months", "max_redemptions", "name", "percent_off",
    "redeem_by",
)  # fmt: skip


@operation("post", "/v1/coupons")
def create(call: Call) -> Json:
    box, params = call.box, call.params
    _check(box, params)
    given_id = {"id": params["id"]} if params.get("id") else {}
    if given_id and box.store.get(params["id"]):
        raise InvalidRequest("Coupon already exists.", code="resource_already_exists", param="id")
    coupon = box.new(
        "coupon",
        private={"applies_to": params.get("applies_to")},
        currency=params["currency"].lower() if params.get("amount_off") else None,
        duration="once",
        metadata={},
        valid=True,
        **given_id,
    )
    shapes.assign(coupon, params, *FIELDS)
    shapes.assign_metadata(coupon, params)
    events.emit(box, "coupon.created", coupon)
    return coupon


@operation("get", "/v1/coupons/{coupon}")
def retrieve(call: Call) -> Json:
    coupon = call.box.store.require("coupon", call.id, "coupon")
    redemption.refresh(coupon, call.box.now())
    return coupon


@operation("post", "/v1/coupons/{coupon}")
def update(call: Call) -> Json:
    coupon = call.box.store.require("coupon", call.id, "coupon")
    with events.updating(call.box, "coupon.updated", coupon):
        shapes.assign(coupon, call.params, "name")
        shapes.assign_metadata(coupon, call.params)
    return coupon


@operation("delete", "/v1/coupons/{coupon}")
def delete(call: Call) -> Json:
    """Discounts that were made from it go on; promotion codes do not."""
    coupon = call.box.store.require("coupon", call.id, "coupon")
    events.emit(call.box, "coupon.deleted", coupon)
    gone = call.box.store.remove(call.id)
    where = "AND json_extract(body, '$.promotion.coupon') = ?"
    for code in call.box.store.select("promotion_code", where, (call.id,)):
        code["active"] = False
    return gone


@operation("get", "/v1/coupons")
def list_all(call: Call) -> Json:
    page = listing.page(call, "coupon")
    for coupon in page["data"]:
        redemption.refresh(coupon, call.box.now())
    return page


def _check(box: Sandbox, params: Json) -> None:
    amount, percent = params.get("amount_off"), params.get("percent_off")
    if (amount is None) == (percent is None):
        raise InvalidRequest("You must pass either percent_off or amount_off.", param="percent_off")
    if percent is not None and not 0 < percent <= 100:
        raise InvalidRequest(
            "percent_off must be greater than 0 and at most 100.", param="percent_off"
        )
    if amount is not None and amount < 1:
        raise InvalidRequest("Invalid positive integer", param="amount_off")
    if amount is not None and not params.get("currency"):
        raise InvalidRequest("You must pass currency when passing amount_off.", param="currency")
    if (params.get("duration") == "repeating") != bool(params.get("duration_in_months")):
        raise InvalidRequest(
            "You must pass duration_in_months when the duration is repeating, and only then.",
            param="duration_in_months",
        )
    if params.get("redeem_by", box.now() + 1) <= box.now():
        raise InvalidRequest("redeem_by must be in the future.", param="redeem_by")
    for product in (params.get("applies_to") or {}).get("products", []):
        box.store.require("product", product, "applies_to[products]")


def _applies_to(box: Sandbox, coupon: Json) -> Json | None:
    products: Json | None = box.store.private(coupon["id"])["applies_to"]
    return products


INCLUDABLE["coupon", "applies_to"] = _applies_to
