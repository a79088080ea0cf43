from stripe_sandbox import events, shapes
from stripe_sandbox.billing import redemption
from stripe_sandbox.errors import InvalidRequest, Json
from stripe_sandbox.http import listing
from stripe_sandbox.http.operations import Call, operation
from stripe_sandbox.sandbox import Sandbox


@operation("post", "/v1/promotion_codes")
def create(call: Call) -> Json:
    box, params = call.box, call.params
    coupon = _coupon(box, params)
    text = params.get("code") or shapes.random_text(8).upper()
    customer = params.get("customer")
    if customer:
        box.store.require("customer", customer, "customer")
    _check_free(box, text, customer)
    if params.get("expires_at", box.now() + 1) <= box.now():
        raise InvalidRequest("expires_at must be in the future.", param="expires_at")
    code = box.new(
        "promotion_code",
        active=params.get("active", True),
        code=text,
        customer=customer,
        metadata={},
        promotion={"type": "coupon", "coupon": coupon["id"]},
        restrictions=_restrictions(params),
    )
    shapes.assign(code, params, "expires_at", "max_redemptions")
    shapes.assign_metadata(code, params)
    events.emit(box, "promotion_code.created", code)
    return code


@operation("get", "/v1/promotion_codes/{promotion_code}")
def retrieve(call: Call) -> Json:
    code = call.box.store.require("promotion_code", call.id, "promotion_code")
    redemption.refresh_code(call.box, code, call.box.now())
    return code


@operation("post", "/v1/promotion_codes/{promotion_code}")
def update(call: Call) -> Json:
    code = call.box.store.require("promotion_code", call.id, "promotion_code")
    with events.updating(call.box, "promotion_code.updated", code):
        if "active" in call.params:
            _activate(call.box, code, is_active=call.params["active"])
        shapes.assign_metadata(code, call.params)
    return code


@operation("get", "/v1/promotion_codes")
def list_all(call: Call) -> Json:
    where, values = "", []
    for name, field in (("coupon", "promotion.coupon"), ("code", "code")):
        if given := call.params.get(name):
            where += f" AND json_extract(body, '$.{field}') = ? COLLATE NOCASE"
            values.append(given)
    page = listing.page(call, "promotion_code", "active", "customer", where=(where, tuple(values)))
    for code in page["data"]:
        redemption.refresh_code(call.box, code, call.box.now())
    return page


def find_by_text(box: Sandbox, text: str, customer: str | None) -> Json | None:
    """The active code that a customer typed; upper and lower case are the same."""
    found = box.store.select(
        "promotion_code",
        "AND json_extract(body, '$.code') = ? COLLATE NOCASE AND json_extract(body, '$.active')",
        (text.strip(),),
    )
    return next((code for code in found if code["customer"] in (None, customer)), None)


def _coupon(box: Sandbox, params: Json) -> Json:
    id = params["promotion"].get("coupon")
    if not id:
        raise InvalidRequest("Missing required param: promotion[coupon].", param="promotion")
    coupon = box.store.require("coupon", id, "promotion[coupon]")
    if not redemption.refresh(coupon, box.now()):
        raise InvalidRequest(
            f"Coupon expired: {id}", code="coupon_expired", param="promotion[coupon]"
        )
    return coupon


def _check_free(box: Sandbox, text: str, customer: str | None) -> None:
    found = find_by_text(box, text, customer)
    if found and found["customer"] == customer:
        raise InvalidRequest(
            f"An active promotion code with `code: {text}` already exists.", param="code"
        )


def _restrictions(params: Json) -> Json:
    given = params.get("restrictions") or {}
    if given.get("minimum_amount") and not given.get("minimum_amount_currency"):
        raise InvalidRequest(
            "You must pass minimum_amount_currency when passing minimum_amount.",
            param="restrictions[minimum_amount_currency]",
        )
    restrictions = shapes.fill("promotion_code:restrictions", given)
    restrictions.pop("currency_options")
    return restrictions


def _activate(box: Sandbox, code: Json, *, is_active: bool) -> None:
    if is_active and not code["active"]:
        _check_free(box, code["code"], code["customer"])
        code["active"] = True
        if not redemption.refresh_code(box, code, box.now()):
            raise InvalidRequest(
                "This promotion code cannot be activated: it is expired or used up.",
                param="active",
            )
    code["active"] = is_active
