"""The buyer's answer on the bank's page, for payment and setup intents alike."""

from typing import Protocol

from stripe_sandbox.errors import Json
from stripe_sandbox.payments import confirmation, setups
from stripe_sandbox.sandbox import Sandbox


class Authenticate(Protocol):
    def __call__(self, box: Sandbox, intent: Json, *, passed: bool) -> None: ...


AUTHENTICATE: dict[str, Authenticate] = {
    "payment_intent": confirmation.authenticate_quietly,
    "setup_intent": setups.authenticate_quietly,
}


def answer(box: Sandbox, intent: Json, *, passed: bool) -> None:
    """What follows is told by the intent; a refusal is no error here."""
    AUTHENTICATE[intent["object"]](box, intent, passed=passed)
