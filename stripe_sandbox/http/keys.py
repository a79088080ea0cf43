"""API keys: any test key is right, live keys are refused."""

import re
from base64 import b64decode
from dataclasses import dataclass

from werkzeug.datastructures import Headers

from stripe_sandbox.errors import InvalidRequest, Unauthorized
from stripe_sandbox.settings import API_VERSION

TEST_KEY = re.compile(r"(sk|rk|pk)_test_\w+")


@dataclass(frozen=True)
class Key:
    text: str

    @property
    def is_publishable(self) -> bool:
        return self.text.startswith("pk_")

    @property
    def redacted(self) -> str:
        return f"{self.text[:8]}…{self.text[-4:]}"


def read_key(headers: Headers) -> Key:
    """Raises Unauthorized for no key, a live key, or one whose text contains `revoked`."""
    scheme, _, credentials = headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "basic":
        credentials = b64decode(credentials + "===").decode(errors="replace").partition(":")[0]
    if not credentials:
        raise Unauthorized(
            "You did not provide an API key. You need to provide your API key in the "
            "Authorization header, using Bearer auth."
        )
    key = Key(credentials)
    if not TEST_KEY.fullmatch(credentials):
        raise Unauthorized(f"Invalid API Key provided: {key.redacted}")
    if "revoked" in credentials:
        raise Unauthorized(f"Expired API Key provided: {key.redacted}", code="api_key_expired")
    return key


def check_version(headers: Headers) -> None:
    given = headers.get("Stripe-Version", API_VERSION)
    if given != API_VERSION:
        raise InvalidRequest(
            f"Invalid Stripe API version: {given}. This sandbox speaks {API_VERSION} only."
        )
