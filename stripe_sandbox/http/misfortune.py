"""Carry out fault rules on the current request."""

import json
import socket
import time

from flask import request

from stripe_sandbox.errors import (
    IdempotencyKeyInUse,
    RateLimited,
    SandboxFault,
    StripeError,
)
from stripe_sandbox.http.faults import Fault
from stripe_sandbox.http.idempotency import Answer
from stripe_sandbox.sandbox import Sandbox

HANG_SECONDS = 30
INJECTED: dict[str, StripeError] = {
    "500": SandboxFault("An unknown error occurred (injected)."),
    "429": RateLimited("Request rate limit exceeded (injected).", code="rate_limit"),
    "409": IdempotencyKeyInUse("The object is locked (injected).", code="lock_timeout"),
}


def strike(box: Sandbox) -> tuple[Answer, bool] | None:
    """A failure before anything was done, and whether its key remembers it; None: go on."""
    fault = box.faults.take("before", request.method, request.path)
    if fault is None:
        return None
    answer = _suffer(fault)
    return (answer, fault.remembered) if answer else None


def lose_answer(box: Sandbox, answer: Answer) -> Answer:
    """A failure after everything was done: the caller never learns the answer."""
    fault = box.faults.take("after", request.method, request.path)
    return (_suffer(fault) or answer) if fault else answer


def _suffer(fault: Fault) -> Answer | None:
    time.sleep(fault.delay or (HANG_SECONDS if fault.kind == "hang" else 0))
    if fault.kind == "hang":
        return None
    if fault.kind == "drop":
        _drop_connection()
        return Answer(500, "", "")
    error = INJECTED[fault.kind]
    return Answer(error.status, json.dumps(error.body), "req_injected")


def _drop_connection() -> None:
    connection = request.environ.get("werkzeug.socket")
    if isinstance(connection, socket.socket):
        connection.shutdown(socket.SHUT_RDWR)
