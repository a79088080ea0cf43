"""What Stripe.js collected, for one confirmation on the server."""

from stripe_sandbox import shapes
from stripe_sandbox.errors import InvalidRequest, Json
from stripe_sandbox.http.operations import Call, browser_route, operation
from stripe_sandbox.resources import payment_methods
from stripe_sandbox.sandbox import Sandbox

LIFETIME = 12 * 3600

# Stripe.js makes tokens at a route that servers do not have; its parameters are taken to be
# those of the test helper.
browser_route(
    "post",
    "/v1/confirmation_tokens",
    like=(
        "stripe.test_helpers._confirmation_token_service",
        "ConfirmationTokenCreateParams",
        "ConfirmationToken",
    ),
)


@operation("post", "/v1/confirmation_tokens", for_browsers=True)
@operation("post", "/v1/test_helpers/confirmation_tokens")
def create(call: Call) -> Json:
    box, params = call.box, call.params
    if data := params.get("payment_method_data"):
        method = payment_methods.make(box, data)
    else:
        method = payment_methods.use(box, params.get("payment_method", ""))
    kept = {"id", "object", "created", "livemode", "metadata"}
    preview = {key: value for key, value in method.items() if key not in kept}
    token = box.new(
        "confirmation_token",
        private={"payment_method": method["id"]},
        expires_at=box.now() + LIFETIME,
        payment_method_preview=preview,
        return_url=params.get("return_url"),
        use_stripe_sdk=call.is_browser,
    )
    shapes.assign(token, params, "setup_future_usage", "shipping")
    return token


@operation("get", "/v1/confirmation_tokens/{confirmation_token}")
def retrieve(call: Call) -> Json:
    return call.box.store.require("confirmation_token", call.id)


def redeem(box: Sandbox, id: str, intent: Json) -> Json:
    """The payment method inside; a token serves one intent."""
    token = box.store.require("confirmation_token", id, "confirmation_token")
    if (token["payment_intent"] or token["setup_intent"]) not in (None, intent["id"]):
        raise InvalidRequest(
            f"The confirmation token {id} has already been used to confirm an intent.",
            param="confirmation_token",
        )
    token[intent["object"]] = intent["id"]
    for name in ("shipping", "setup_future_usage"):
        if token[name] and name in intent:
            intent[name] = token[name]
    return payment_methods.use(box, box.store.private(id)["payment_method"])
