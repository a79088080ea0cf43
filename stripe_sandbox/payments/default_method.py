"""A new card on the portal's page: it pays everything from now on."""

from stripe_sandbox import events
from stripe_sandbox.billing import agenda
from stripe_sandbox.errors import Json
from stripe_sandbox.payments import setups
from stripe_sandbox.payments.challenges import Terms
from stripe_sandbox.resources import payment_methods, setup_intents
from stripe_sandbox.sandbox import Sandbox


def save(box: Sandbox, customer: Json, method: Json, return_url: str) -> Json:
    """The setup intent, confirmed. Raises CardDeclined, whose changes are kept."""
    made = payment_methods.make(box, method)
    intent = setup_intents.make(
        box,
        {
            "allowed_payment_method_types": [made["type"]],
            "customer": customer["id"],
            "payment_method": made["id"],
        },
    )
    box.store.private(intent["id"])["becomes_default"] = True
    setups.confirm(box, intent, Terms(return_url=return_url))
    return intent


def use(box: Sandbox, customer: Json, method: str) -> None:
    """Let a payment method pay for the customer, and for subscriptions that name another one."""
    with events.updating(box, "customer.updated", customer):
        customer["invoice_settings"]["default_payment_method"] = method
    where = "AND json_extract(body, '$.customer') = ?"
    for subscription in box.store.select("subscription", where, (customer["id"],)):
        if subscription["default_payment_method"] and subscription["status"] not in agenda.ENDED:
            with events.updating(box, "customer.subscription.updated", subscription):
                subscription["default_payment_method"] = method


def follow(box: Sandbox, intent: Json) -> None:
    is_wanted = box.store.private(intent["id"]).get("becomes_default")
    if is_wanted and intent["status"] == "succeeded":
        customer = box.store.require("customer", intent["customer"])
        use(box, customer, intent["payment_method"])


setups.ON_OUTCOME.append(follow)
