"""Structured logs: one line for each event, with the id of its request and no personal data."""

import json
import re
import secrets
import sys
import time
import traceback
from datetime import UTC, datetime
from typing import Any

from flask import Flask, Response, g, has_request_context, request

from shop.config import Settings

SECRET = re.compile(
    r"(sk|rk|pk)_(test|live)_\w+|whsec_\w+|\w+_secret_\w+|[\w.+-]+@[\w-]+\.[\w.-]+|\b\d{13,19}\b"
    r"|\b(?:[0-9A-HJKMNP-TV-Z]{5}-){5}[0-9A-HJKMNP-TV-Z]{5}\b"  # a license key
)
REQUEST_ID = re.compile(r"^[\w-]{8,64}$")

Entry = dict[str, Any]


class Log:
    """`log.info("what happened", name=value)` writes a line to standard output."""

    def __init__(self) -> None:
        self.render = as_text

    def info(self, event: str, /, **known: object) -> None:
        self._write("info", event, known)

    def warning(self, event: str, /, **known: object) -> None:
        self._write("warning", event, known)

    def error(self, event: str, /, exc_info: BaseException | None = None, **known: object) -> None:
        """:param exc_info: is written below, with its traceback."""
        self._write("error", event, known, exc_info)

    def exception(self, event: str, /, **known: object) -> None:
        """In an `except`: what was raised is written below."""
        self._write("error", event, known, sys.exception())

    def _write(
        self, level: str, event: str, known: Entry, fault: BaseException | None = None
    ) -> None:
        entry: Entry = {"timestamp": datetime.now(UTC).isoformat(), "level": level, "event": event}
        if has_request_context():
            entry["request_id"] = g.get("request_id", "")
        entry |= known
        if fault is not None:
            entry["exception"] = "".join(traceback.format_exception(fault))
        sys.stdout.write(self.render(redact(entry)) + "\n")
        sys.stdout.flush()


def redact(entry: Entry) -> Entry:
    """The last gate: keys, client secrets, card numbers and addresses never reach a log."""
    return {
        name: SECRET.sub("[removed]", value) if isinstance(value, str) else value
        for name, value in entry.items()
    }


def as_text(entry: Entry) -> str:
    head = f"{entry.pop('timestamp')} [{entry.pop('level')}] {entry.pop('event')}"
    fault = entry.pop("exception", "")
    fields = [f"{name}={_word(value)}" for name, value in entry.items()]
    return " ".join([head, *fields]) + (f"\n{fault}" if fault else "")


def _word(value: object) -> str:
    """In quotes where it would not be one: nobody else writes our lines."""
    text = str(value)
    return text if text.isprintable() and " " not in text else repr(text)


def as_json(entry: Entry) -> str:
    return json.dumps(entry, default=repr)


log = Log()


def configure(settings: Settings) -> None:
    log.render = as_json if settings.log_format == "json" else as_text


def init_app(app: Flask, settings: Settings) -> None:
    configure(settings)

    @app.before_request
    def start() -> None:
        given = request.headers.get("X-Request-Id", "")
        g.request_id = given if REQUEST_ID.match(given) else secrets.token_hex(8)
        g.started = time.perf_counter()

    @app.after_request
    def finish(response: Response) -> Response:
        response.headers["X-Request-Id"] = g.get("request_id", "")
        if request.endpoint not in {"web.static_file", "web.healthz"}:
            log.info(
                "request",
                method=request.method,
                route=request.url_rule.rule if request.url_rule else None,
                status=response.status_code,
                ms=round((time.perf_counter() - g.get("started", time.perf_counter())) * 1000, 1),
            )
        return response
