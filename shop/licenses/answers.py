"""Signed answers: a program believes nothing that the shop's key has not signed.

The signature is over the canonical JSON (RFC 8785) of the answer without it: keys sorted, no
spaces, UTF-8. The nonce shows that the answer is to this question, the date how old it is.
"""

import json
from base64 import b64encode
from contextlib import suppress
from datetime import datetime
from typing import Any, TypeVar

from flask import Response, request
from werkzeug.exceptions import HTTPException

from shop.db import utcnow
from shop.licenses import signing
from shop.licenses.shapes import ActivationOut, AnswerOut, FileAnswerOut, LicenseOut
from shop.licenses.signing import NoSigner
from shop.licenses.validation import Verdict

Answer = TypeVar("Answer", bound=AnswerOut)


def answer(verdict: Verdict, nonce: str | None) -> AnswerOut:
    return _signed(AnswerOut(**_values(verdict, nonce)))


def file_answer(verdict: Verdict, nonce: str | None, file: str | None) -> FileAnswerOut:
    return _signed(FileAnswerOut(**_values(verdict, nonce), file=file))


def _values(verdict: Verdict, nonce: str | None) -> dict[str, Any]:
    found = verdict.found
    machine = found.activation if found else None
    is_running = machine is not None and machine.deactivated_at is None
    return {
        "valid": verdict.is_valid,
        "code": verdict.code,
        "detail": verdict.code.detail,
        "license": LicenseOut.model_validate(found) if found else None,
        "activation": ActivationOut.model_validate(machine) if is_running else None,
        "nonce": nonce,
        "date": _now(),
        "signature": "",
    }


def _now() -> datetime:
    return utcnow().replace(microsecond=0)


def _signed(unsigned: Answer) -> Answer:
    content = canonical(unsigned.model_dump(mode="json", exclude={"signature"}))
    unsigned.signature = _signature(signing.ANSWER, content)
    return unsigned


def _signature(purpose: bytes, content: bytes) -> str:
    return b64encode(signing.current().sign(purpose, content)).decode()


def canonical(document: dict[str, Any]) -> bytes:
    return json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def sign_problem(response: Response) -> Response:
    """What was refused is signed in headers: over date, nonce and the bytes of the body."""
    if response.status_code < 400:
        return response
    if response.status_code == 429:
        response.headers["Retry-After"] = "60"
    date = _now().isoformat()
    content = f"{date}\n{_asked_nonce()}\n".encode() + response.get_data()
    with suppress(NoSigner):  # which may be the very reason of the refusal
        response.headers["License-Signature"] = _signature(signing.PROBLEM, content)
        response.headers["License-Date"] = date
    return response


def _asked_nonce() -> str:
    """Empty too when the body is longer or deeper than we read."""
    try:
        body = request.get_json(force=True, silent=True)
    except (HTTPException, RecursionError):
        return ""
    nonce = body.get("nonce") if isinstance(body, dict) else None
    return nonce if isinstance(nonce, str) and nonce.isascii() and nonce.isprintable() else ""
