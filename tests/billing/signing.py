"""Stripe's side of a webhook: sign a payload, post it."""

import hmac
import json
import time
from typing import Any

from shop.config import Settings
from tests.browser import Browser


def signature(payload: bytes, secret: str, at: int | None = None, version: str = "v1") -> str:
    at = int(time.time()) if at is None else at
    digest = hmac.new(secret.encode(), f"{at}.".encode() + payload, "sha256").hexdigest()
    return f"t={at},{version}={digest}"


def send(client: Browser, settings: Settings, event: dict[str, Any] | bytes, **how: Any) -> int:
    """Post the event; returns the status. `header=` replaces the signature."""
    payload = event if isinstance(event, bytes) else json.dumps(event).encode()
    header = how.pop("header", None)
    if header is None:
        header = signature(payload, settings.webhook_secrets[0], **how)
    return client.post(
        "/api/webhook", data=payload, headers={"Stripe-Signature": header}
    ).status_code


def make_event(**given: Any) -> dict[str, Any]:
    values = {
        "id": "evt_1",
        "object": "event",
        "type": "payment_intent.succeeded",
        "api_version": "2026-10-28.endive",
        "created": int(time.time()),
        "livemode": False,
        "data": {"object": {"id": "pi_1", "object": "payment_intent"}},
    }
    return values | given
