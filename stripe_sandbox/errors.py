"""Stripe's error objects as exceptions."""

from typing import Any

Json = dict[str, Any]


class StripeError(Exception):
    """Ends the request with this status and `{"error": {...}}`."""

    status = 400
    type = "invalid_request_error"

    def __init__(self, message: str, **details: Any) -> None:
        super().__init__(message)
        self.message = message
        self.details = {key: value for key, value in details.items() if value is not None}

    @property
    def body(self) -> Json:
        return {"error": {"type": self.type, "message": self.message, **self.details}}


class InvalidRequest(StripeError):
    """400: details are `param` and `code`."""


class Unauthorized(StripeError):
    status = 401


class CardDeclined(StripeError):
    """402: the request was carried out and its result is a refusal, so its changes are kept."""

    status = 402
    type = "card_error"


class InvalidCard(StripeError):
    """402: refused before any charge was tried; nothing is kept."""

    status = 402
    type = "card_error"


class Forbidden(StripeError):
    status = 403


class NotFound(StripeError):
    status = 404


class IdempotencyConflict(StripeError):
    type = "idempotency_error"


class IdempotencyKeyInUse(StripeError):
    status = 409
    type = "idempotency_error"


class RateLimited(StripeError):
    status = 429


class SandboxFault(StripeError):
    status = 500
    type = "api_error"


class NotBuilt(StripeError):
    status = 501
    type = "api_error"


def no_such(kind: str, id: str, param: str | None = None) -> NotFound:
    name = kind.replace(".", " ")
    return NotFound(f"No such {name}: '{id}'", code="resource_missing", param=param or "id")
