"""`POST /api/webhook`: verify, write down, answer 200. A worker does the rest."""

import json
import time
from datetime import UTC, datetime
from typing import Any

import stripe
from flask import Blueprint, abort, request

from shop import config, db
from shop.billing.gateway import API_VERSION
from shop.billing.models import StripeEvent
from shop.jobs import enqueue
from shop.logs import log

bp = Blueprint("webhook", __name__)

MOST_BYTES = 1024 * 1024
MOST_DIGITS = 12
TOLERANCE = 300  # seconds, in both directions: the SDK accepts any date in the future


class Refused(Exception):
    """Not a Stripe event for this shop; the text is for the log."""


class Misdirected(Refused):
    """Signed with our secret, and yet not for this shop: somebody has to set the endpoint right."""


@bp.post("/api/webhook")
def receive() -> tuple[str, int]:
    """Record a Stripe event; it is safe here before Stripe hears 200."""
    request.max_content_length = MOST_BYTES
    payload = request.get_data()
    try:
        event = read_event(payload, request.headers.get("Stripe-Signature", ""))
    except Refused as refusal:
        tell = log.error if isinstance(refusal, Misdirected) else log.warning
        tell("webhook refused", reason=str(refusal))
        abort(400, "This is not a signed Stripe event for this shop.")
    if event is not None:
        keep(event, payload)
    return "", 200


def read_event(payload: bytes, signature: str) -> dict[str, Any] | None:
    """The verified event; None for one of a kind that we did not ask for.

    :raises Refused: when it is forged, old, from the future, of another mode or API version, or
        not well-formed JSON.
    """
    _check_signature(payload, signature)
    event = _parse(payload)
    if event.get("object") == "v2.core.event":
        return None
    if not _is_snapshot(event):
        raise Refused("not a snapshot event")
    _check_address(event)
    return event


def _check_address(event: dict[str, Any]) -> None:
    if event["livemode"] is not config.current().stripe_livemode:
        raise Misdirected("other mode: the endpoint's key and the shop's are of different modes")
    if event["api_version"] != API_VERSION:
        raise Misdirected(f"other API version: make the endpoint with {API_VERSION}")
    if event.get("account"):
        raise Misdirected("of a connected account: the endpoint listens to Connect")


def _check_signature(payload: bytes, signature: str) -> None:
    parts = [part.partition("=")[::2] for part in signature.split(",")]
    sent_at = next((value for name, value in parts if name == "t"), "")  # the SDK's choice too
    if not signature.isascii() or not sent_at.isdecimal() or len(sent_at) > MOST_DIGITS:
        raise Refused("no signature")
    if abs(int(sent_at) - time.time()) > TOLERANCE:
        raise Refused("too old or from the future")
    for secret in config.current().webhook_secrets:
        try:
            stripe.WebhookSignature.verify_header(payload.decode(), signature, secret, TOLERANCE)
        except (stripe.SignatureVerificationError, UnicodeDecodeError):
            continue
        return
    raise Refused("wrong signature")


def _parse(payload: bytes) -> dict[str, Any]:
    try:
        event = json.loads(payload, object_pairs_hook=_unique, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise Refused("not JSON") from error
    if not isinstance(event, dict):
        raise Refused("not an object")
    return event


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key twice")
    return found


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _is_snapshot(event: dict[str, Any]) -> bool:
    data = event.get("data")
    thing = data.get("object") if isinstance(data, dict) else None
    if not isinstance(thing, dict):
        return False
    texts = [*(event.get(name) for name in ("id", "type", "api_version")), thing.get("id") or ""]
    return (
        all(isinstance(text, str) and text.isprintable() for text in texts)
        and isinstance(event.get("livemode"), bool)
        and event.get("created") in range(2**33)
    )


def keep(event: dict[str, Any], payload: bytes) -> int | None:
    """Insert the event; one that is here already changes nothing, and has no new id."""
    event_id = db.insert_once(
        StripeEvent,
        stripe_id=event["id"],
        type=event["type"],
        object_id=event["data"]["object"].get("id") or "",
        api_version=event["api_version"],
        payload=payload,
        created_at=datetime.fromtimestamp(event["created"], UTC),
    )
    if event_id is not None:
        enqueue("shop.billing.tasks.handle_stripe_event", event_id)
    return event_id
