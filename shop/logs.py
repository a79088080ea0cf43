"""Structured logs: one line per request with its id, and no personal data."""

import logging
import re
import secrets
import time

import structlog
from flask import Flask, Response, g, request
from structlog.typing import EventDict, WrappedLogger

from shop.config import Settings

log = structlog.get_logger("shop")

SECRET = re.compile(
    r"(sk|rk|pk)_(test|live)_\w+|whsec_\w+|\w+_secret_\w+|[\w.+-]+@[\w-]+\.[\w.-]+|\b\d{13,19}\b"
    r"|\b(?:[0-9A-HJKMNP-TV-Z]{5}-){5}[0-9A-HJKMNP-TV-Z]{5}\b"  # a license key
)
REQUEST_ID = re.compile(r"^[\w-]{8,64}$")


def configure(settings: Settings) -> None:
    renderer = (
        structlog.processors.JSONRenderer()
        if settings.log_format == "json"
        else structlog.dev.ConsoleRenderer(colors=False)
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            redact,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.WriteLoggerFactory(),
        cache_logger_on_first_use=False,
    )


def redact(_logger: WrappedLogger, _method: str, entry: EventDict) -> EventDict:
    """The last gate: keys, client secrets, card numbers and addresses never reach a log."""
    return {
        key: SECRET.sub("[removed]", value) if isinstance(value, str) else value
        for key, value in entry.items()
    }


def init_app(app: Flask, settings: Settings) -> None:
    configure(settings)

    @app.before_request
    def start() -> None:
        given = request.headers.get("X-Request-Id", "")
        g.request_id = given if REQUEST_ID.match(given) else secrets.token_hex(8)
        g.started = time.perf_counter()
        structlog.contextvars.bind_contextvars(request_id=g.request_id)

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
        structlog.contextvars.clear_contextvars()
        return response
