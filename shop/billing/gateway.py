"""The one door to Stripe: the unmodified SDK, our time limits, our errors.

`SHOP_STRIPE_API_BASE` decides whether the sandbox or Stripe stands behind it.
"""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any, Final

import requests
import stripe
from flask import Flask, current_app
from requests.utils import get_environ_proxies
from stripe._base_address import BaseAddresses

from shop.config import Settings
from shop.db import session
from shop.errors import BadInput, ShopError, Unavailable
from shop.logs import log

API_VERSION: Final = "2026-10-28.endive"
TIMEOUT = (2.5, 5.0)  # seconds to connect, to answer; with one retry a page waits 12 s at most
RETRIES = 1
TWIN_PAUSES = (0.2, 0.4, 0.8)
"""Seconds to wait for the answer to the same request, made by a click before."""
SHORT_TIMEOUT = (1.0, 2.0)
REFUSALS = (
    stripe.InvalidRequestError,
    stripe.IdempotencyError,
)
METHODS = frozenset({"payment_method", "confirmation_token"})
AUTHENTICATION_FAILED: Final = "payment_intent_authentication_failure"


class Declined(ShopError):
    """The bank said no. Nothing was charged."""

    status = 402
    title = "Your bank said no"

    def __init__(self, message: str, code: str) -> None:
        super().__init__(words_of_decline(message, code))
        self.code = code
        self.reason = message


def words_of_decline(message: str, code: str | None) -> str:
    """What the bank or Stripe said, that nothing is lost, and what to do."""
    if code == AUTHENTICATION_FAILED:  # theirs gives the same advice at length
        return (
            "Your bank could not confirm that it was you. Nothing was charged. "
            "Try again, or pay another way."
        )
    return f"{message} Nothing was charged. Try another card or another way to pay."


class StripeUnavailable(Unavailable):
    """No answer, or a fault at Stripe; what we asked may or may not have happened."""

    message = "Payments are not available right now. Nothing was lost; please try again."


class StripeFault(StripeUnavailable):
    """Stripe answered with a fault of its own, and keeps that answer under the idempotency key."""


class StripeRefused(ShopError):
    """Stripe understood and refused: the request cannot work as it is."""

    status = 502
    title = "Payments are not available"
    message = "The payment could not be set up. The shop was told."

    def __init__(self, code: str, reason: str) -> None:
        super().__init__()
        self.code = code
        self.reason = reason

    def __str__(self) -> str:
        return f"{self.code}: {self.reason}"


class Missing(StripeRefused):
    """There is no such object at Stripe."""


class UnknownMethod(Missing):
    """What the caller would pay with is not there; that is no fault of the shop."""

    status = BadInput.status
    title = BadInput.title
    message = "There is no such payment method. Name another one."

    def __init__(self, code: str, reason: str, field: str) -> None:
        super().__init__(code, reason)
        self.errors = {field: [self.message]}


def init_app(app: Flask, settings: Settings) -> None:
    stripe.enable_telemetry = False  # it writes to the home folder and sends timings
    app.extensions["stripe"] = _client(settings, TIMEOUT, RETRIES)
    app.extensions["impatient_stripe"] = _client(settings, SHORT_TIMEOUT, retries=0)


def _client(settings: Settings, timeout: tuple[float, float], retries: int) -> stripe.StripeClient:
    kind = _PatientClient if retries else stripe.RequestsClient
    return stripe.StripeClient(
        settings.stripe_secret_key.get_secret_value(),
        stripe_version=API_VERSION,
        base_addresses=_addresses(settings),
        max_network_retries=retries,
        http_client=kind(timeout=timeout, session=_connections(settings)),
    )


class _PatientClient(stripe.RequestsClient):
    """Asks again shortly while Stripe is still at work on the same key: 409, a conflict."""

    def request(  # type: ignore[override]  # bytes, as its parent has it too
        self, method: str, url: str, headers: Mapping[str, str] | None, post_data: Any = None
    ) -> tuple[bytes, int, Mapping[str, str]]:
        answer = super().request(method, url, headers, post_data)
        for pause in TWIN_PAUSES:
            if answer[1] != HTTPStatus.CONFLICT:
                break
            time.sleep(pause)
            answer = super().request(method, url, headers, post_data)
        return answer


def _connections(settings: Settings) -> requests.Session:
    """By the proxy of the environment, if it names one: looked up now, and not at every call."""
    connections = requests.Session()
    connections.trust_env = False
    connections.proxies.update(get_environ_proxies(settings.stripe_api_base, no_proxy=None))
    return connections


def _addresses(settings: Settings) -> BaseAddresses | None:
    """All of them, so that nothing meant for a sandbox leaks out."""
    if settings.is_real_stripe:
        return None
    base = settings.stripe_api_base
    return {"api": base, "files": base, "connect": base, "meter_events": base}


@contextmanager
def stripe_call(*, patience: bool = True) -> Iterator[stripe.StripeClient]:
    """The client for one call, its errors turned into ours.

    The SDK's own errors carry whole HTTP bodies in `args`, which must not reach a log or a queue.

    :param patience: without it, one try of three seconds at most.
    :raises RuntimeError: when a transaction is open: nobody may wait for a lock that waits for
        Stripe. Call `db.commit()` first.
    """
    if session().in_transaction():
        raise RuntimeError("commit before Stripe is called")
    name = "stripe" if patience else "impatient_stripe"
    client: stripe.StripeClient = current_app.extensions[name]
    try:
        yield client
    except stripe.StripeError as error:
        ours = translate(error)
        log.warning("stripe", code=getattr(ours, "code", "unavailable"), status=error.http_status)
        raise ours from None


def translate(error: stripe.StripeError) -> ShopError:
    code = getattr(error.error, "code", None) or error.code or "unknown"
    message = error.user_message or "The payment was declined."
    if isinstance(error, stripe.CardError):
        return Declined(message, getattr(error.error, "decline_code", None) or code)
    if code == "resource_missing":
        field = getattr(error, "param", None)
        return UnknownMethod(code, message, field) if field in METHODS else Missing(code, message)
    if isinstance(error, REFUSALS):
        return StripeRefused(code, message)
    return StripeFault() if (error.http_status or 0) >= 500 else StripeUnavailable()
