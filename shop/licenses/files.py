"""License files, for machines that cannot ask: signed, for one fingerprint, good for some days.

Between the two marker lines stands base64 of the signature and, after its 64 bytes, of the JSON
that it signs. `docs/verify_license.py` reads them without the shop.
"""

import json
from base64 import b64decode, b64encode
from collections.abc import Mapping
from datetime import datetime, timedelta
from textwrap import wrap
from typing import Any

from shop.db import utcnow
from shop.errors import ShopError
from shop.licenses import finds, machines, signing
from shop.licenses.answers import canonical
from shop.licenses.codes import Code
from shop.licenses.finds import Found, Question
from shop.licenses.validation import Verdict

BEGIN, END = "-----BEGIN LICENSE FILE-----", "-----END LICENSE FILE-----"

SLACK = timedelta(days=1)
"""How far a machine's clock may be behind before we say that it was turned back."""


class BadFile(ShopError):
    """It was changed, cut, or made by another shop."""

    status = 422
    title = "Not a license file of ours"
    message = "This is not a license file of this shop, or it was changed."


def make(question: Question, name: str = "") -> tuple[Verdict, str | None]:
    """Activate the machine and write its file, if the license has any."""
    found = finds.find(question)
    if found and (found.heartbeat or not found.offline_days):
        return Verdict(Code.OFFLINE_NOT_ALLOWED, found), None
    verdict = machines.activate(question, name)
    if not verdict.is_valid or verdict.found is None:
        return verdict, None
    return verdict, pack(_contents(verdict.found, question.fingerprint or ""))


def _contents(found: Found, fingerprint: str) -> dict[str, Any]:
    now = utcnow().replace(microsecond=0)
    until = now + timedelta(days=found.offline_days)
    expires_at = found.expires_at
    return {
        "product": found.product,
        "product_id": found.product_id,
        "key_ending": found.key_ending,
        "fingerprint": fingerprint,
        "entitlements": found.entitlements,
        "on_expiry": found.on_expiry,
        "expires_at": expires_at.isoformat() if expires_at else None,
        "issued_at": now.isoformat(),
        "renew_by": until.isoformat(),
    }


def pack(contents: Mapping[str, Any]) -> str:
    payload = canonical(dict(contents))
    return _armored(signing.current().sign(signing.FILE, payload) + payload)


def unpack(text: str) -> dict[str, Any]:
    """:raises BadFile:"""
    lines = text.split()
    body = "".join(lines[3:-3])
    try:
        packed = b64decode(body, validate=True)
    except ValueError:
        raise BadFile from None
    if " ".join(lines) != " ".join(_armored(packed).split()):
        raise BadFile  # base64 has spare bits: several texts would pass for one
    signature, payload = packed[: signing.SIGNATURE], packed[signing.SIGNATURE :]
    if not signing.current().is_ours(signing.FILE, payload, signature):
        raise BadFile
    contents: dict[str, Any] = json.loads(payload)
    return contents


def _armored(packed: bytes) -> str:
    return "\n".join([BEGIN, *wrap(b64encode(packed).decode(), 64), END, ""])


def judge(contents: Mapping[str, Any], fingerprint: str, released_at: datetime) -> Code:
    """What the file says about this machine now.

    :param released_at: of the program that reads it.
    """
    if contents["fingerprint"] != fingerprint:
        return Code.FINGERPRINT_SCOPE_MISMATCH
    issued_at, renew_by = (datetime.fromisoformat(contents[n]) for n in ("issued_at", "renew_by"))
    if not issued_at - SLACK <= utcnow() < renew_by:
        return Code.OVERDUE
    return _judge_time(contents, released_at)


def _judge_time(contents: Mapping[str, Any], released_at: datetime) -> Code:
    expires_at = contents["expires_at"]
    if expires_at is None or datetime.fromisoformat(expires_at) > utcnow():
        return Code.VALID
    if contents["on_expiry"] == "stop":
        return Code.EXPIRED
    is_covered = released_at <= datetime.fromisoformat(expires_at)
    return Code.VALID if is_covered else Code.VERSION_SCOPE_MISMATCH
