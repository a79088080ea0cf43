"""Do once, before the first request, what is slow the first time: reading the library.

Otherwise a first request takes seconds, in which the caller's library tries again and is told
that its idempotency key is in use.
"""

from stripe_sandbox.conform import check_request
from stripe_sandbox.payments import confirmation
from stripe_sandbox.payments.challenges import Terms
from stripe_sandbox.resources import payment_intents, payment_methods
from stripe_sandbox.sandbox import Sandbox

PAYMENT = {"amount": 1000, "currency": "eur", "metadata": {}}


def warm_up(box: Sandbox) -> None:
    """Make a payment that nobody sees."""
    check_request("post", "/v1/payment_intents", "amount=1000&currency=eur&metadata[a]=b")
    with box.store.transaction(), box.store.rehearsal():
        intent = payment_intents.make(box, PAYMENT)
        intent["payment_method"] = payment_methods.use(box, "pm_card_visa")["id"]
        confirmation.confirm(box, intent, Terms(uses_stripe_js=True))
        box.store.flush()
