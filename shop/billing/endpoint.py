"""Where Stripe sends its events: an endpoint of our API version, for the events we handle."""

from dataclasses import dataclass
from typing import Any

import stripe

from shop import config
from shop.billing.gateway import API_VERSION, stripe_call
from shop.billing.inbox import HANDLERS
from shop.errors import ShopError

MOST = 100  # on one page of Stripe's; it allows 16 endpoints


class OtherVersion(ShopError):
    """The version of an endpoint is chosen when it is made, and stays."""


@dataclass(frozen=True)
class Endpoint:
    stripe_id: str
    secret: str
    """What signs its events, shown once: empty when the endpoint was there already."""


def url() -> str:
    return config.current().base_url.rstrip("/") + "/api/webhook"


def keep(url: str) -> Endpoint:
    """Make the endpoint, or have the one at this address send what we handle.

    :raises OtherVersion: when the one that is there sends events that we would refuse.
    """
    events: Any = sorted(HANDLERS)  # words of the SDK's own, all of them: Stripe refuses others
    with stripe_call() as client:
        service = client.v1.webhook_endpoints
        found = _find(client, url)
        if found is None:
            made = service.create(
                {"url": url, "enabled_events": events, "api_version": API_VERSION}
            )
            return Endpoint(made.id, made.secret or "")
        _require_version(found)
        if set(found.enabled_events) != set(events) or found.status != "enabled":
            service.update(found.id, {"enabled_events": events, "disabled": False})
    return Endpoint(found.id, "")


def fault(url: str) -> str:
    """Why Stripe does not tell this address all that it should; empty when it does."""
    with stripe_call(patience=False) as client:
        found = _find(client, url)
    if found is None:
        return f"Stripe sends no events to {url}"
    missing = set() if "*" in found.enabled_events else set(HANDLERS) - set(found.enabled_events)
    faults = {
        "is switched off": found.status != "enabled",
        "sends events of another version, which are refused": found.api_version != API_VERSION,
        f"leaves out {len(missing)} kinds of events": bool(missing),
    }
    return next((f"{found.id} {words}" for words, is_so in faults.items() if is_so), "")


def _find(client: stripe.StripeClient, url: str) -> stripe.WebhookEndpoint | None:
    known = client.v1.webhook_endpoints.list({"limit": MOST}).data
    return next((one for one in known if one.url == url), None)


def _require_version(endpoint: stripe.WebhookEndpoint) -> None:
    if endpoint.api_version != API_VERSION:
        raise OtherVersion(
            f"{endpoint.id} sends events of version {endpoint.api_version or 'of the account'}, "
            f"the shop reads {API_VERSION}. Remove it at Stripe, then ask again."
        )
