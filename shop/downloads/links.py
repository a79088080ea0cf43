"""Short-lived links to one file for one person.

A link names its grant and file, carries a nonce by which its downloads are counted once, and is
bound to who asked for it: in another browser it leads nowhere. Pages take no bearer tokens, so a
server that asked with one is sent to the API's address, with that token.
"""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import current_app, request, session
from flask_login import current_user
from itsdangerous import BadData, SignatureExpired, URLSafeTimedSerializer

from shop import config
from shop.db import utcnow
from shop.errors import NotFound, ShopError

LIFETIME = timedelta(minutes=10)
SALT = "shop.downloads.links"
NOWHERE = (
    "A download link works for ten minutes, in the browser that made it. "
    "Make a new one on the page of your order."
)


@dataclass(frozen=True)
class Link:
    url: str
    expires_at: datetime


@dataclass(frozen=True)
class Claim:
    grant_id: int
    source_id: str
    nonce: str


class LinkEnded(ShopError):
    """Signed by us for this person, but too long ago."""

    status = 410
    title = "This link has ended"
    message = "It worked for ten minutes. Get a new one from your order."

    def __init__(self, claim: Claim) -> None:
        super().__init__()
        self.claim = claim


def mint(grant_id: int, source_id: str) -> Link:
    """A link for the person who makes this request."""
    person = _person() or _remember_browser()
    token = _serializer().dumps([grant_id, source_id, secrets.token_hex(16), _digest(person)])
    folder = "api/files" if request.headers.get("Authorization") else "files"
    return Link(f"{config.current().base_url}/{folder}/{token}", utcnow() + LIFETIME)


def read(token: str) -> Claim:
    """What the link is for.

    :raises NotFound: when any character is wrong, or it was minted for somebody else.
    :raises LinkEnded: only to whom it was minted for.
    """
    serializer = _serializer()
    if not _is_exact(serializer, token):
        raise NotFound(NOWHERE)
    try:
        return _claim(serializer.loads(token, max_age=int(LIFETIME.total_seconds())))
    except SignatureExpired as expired:
        payload = serializer.load_payload(expired.payload or b"")
        raise LinkEnded(_claim(payload)) from None
    except BadData:
        raise NotFound(NOWHERE) from None


def _claim(payload: tuple[int, str, str, str]) -> Claim:
    grant_id, source_id, nonce, minted_for = payload
    if not hmac.compare_digest(minted_for, _digest(_person())):
        raise NotFound(NOWHERE)
    return Claim(grant_id, source_id, nonce)


def _is_exact(serializer: URLSafeTimedSerializer, token: str) -> bool:
    """Base64 ends in spare bits: of a signature, several spellings would pass."""
    value, _, signature = token.encode().rpartition(b".")
    expected = serializer.make_signer(SALT).get_signature(value)
    return hmac.compare_digest(signature, expected)


def _serializer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(
        current_app.config["SECRET_KEY"], SALT, signer_kwargs={"digest_method": hashlib.sha256}
    )


def _person() -> str:
    """The signed-in user, or else the browser of a guest who has asked for a link before."""
    if current_user.is_authenticated:
        return f"user:{current_user.id}"
    return f"guest:{session['browser']}" if "browser" in session else ""


def _remember_browser() -> str:
    session["browser"] = secrets.token_hex(16)
    return _person()


def _digest(person: str) -> str:
    """The link may be passed on; whom it was for need not be read from it."""
    return hashlib.sha256(person.encode()).hexdigest()[:32] if person else ""
