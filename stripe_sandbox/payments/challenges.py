"""What the buyer has to do next: prove to their bank that the card is theirs."""

from dataclasses import dataclass

from stripe_sandbox.errors import Json
from stripe_sandbox.sandbox import Sandbox


@dataclass(frozen=True)
class Terms:
    """How a confirmation is made."""

    return_url: str | None = None
    off_session: bool = False
    uses_stripe_js: bool = False
    refuses_action: bool = False


def ask(box: Sandbox, intent: Json, terms: Terms) -> None:
    """Let a payment or setup intent wait for the buyer's answer on the bank's page."""
    page = f"{box.settings.public_url}/3ds/{intent['id']}"
    intent["status"] = "requires_action"
    if terms.return_url and not terms.uses_stripe_js:
        redirect = {"url": page, "return_url": terms.return_url}
        intent["next_action"] = {"type": "redirect_to_url", "redirect_to_url": redirect}
    else:
        intent["next_action"] = {
            "type": "use_stripe_sdk",
            "use_stripe_sdk": {"type": "three_d_secure_redirect", "stripe_js": page},
        }
    box.store.private(intent["id"])["return_url"] = terms.return_url
