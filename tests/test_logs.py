"""What must not be in a log is not there, whichever way it came."""

import json

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from shop import logs
from shop.app import create_app
from shop.config import Settings
from shop.db import session
from shop.logs import log

CANARIES = [
    "sk_test_canary0123456789",
    "sk_live_canary0123456789",
    "rk_live_canary0123456789",
    "whsec_canary0123456789abcdef",
    "pi_3Nabc_secret_canary0123",
    "seti_1_secret_canary0123",
    "ada.canary+shop@mail.example.org",
    "4242424242424242",
]


@pytest.mark.parametrize("canary", CANARIES)
def test_i16_no_secret_passes_the_last_gate(
    app: Flask, capsys: pytest.CaptureFixture[str], canary: str
) -> None:
    log.warning("found", value=canary, text=f"in '{canary}', between words")
    try:
        int(canary[:-1] + "x")
    except ValueError as error:
        log.exception(f"event {canary}", error=f"{error!r} {canary}")

    written = "".join(capsys.readouterr())
    assert written.count("[removed]") >= 4
    assert canary not in written


@pytest.mark.parametrize("value", ["evt_1abc", "order 17 took 123 ms", "/products/<slug>", "DE"])
def test_what_is_no_secret_stays(
    app: Flask, capsys: pytest.CaptureFixture[str], value: str
) -> None:
    log.warning("found", value=value)

    assert value in capsys.readouterr().out


@pytest.mark.parametrize("canary", CANARIES)
def test_i16_a_request_is_logged_without_what_it_carried(
    client: FlaskClient, capsys: pytest.CaptureFixture[str], canary: str
) -> None:
    client.get(f"/products/{canary}?token={canary}", headers={"User-Agent": canary})
    client.get("/search", query_string={"q": canary})
    client.post("/sign-in", data={"email": canary, "password": canary})
    client.post("/api/webhook", data=canary, headers={"Stripe-Signature": f"t=1,v1={canary}"})
    client.get("/orders/token-canary", headers={"Authorization": f"Bearer {canary}"})

    written = "".join(capsys.readouterr())
    assert written.count("request_id=") >= 5
    assert "canary" not in written
    assert canary not in written


def test_one_line_per_request_with_its_id(
    client: FlaskClient, capsys: pytest.CaptureFixture[str]
) -> None:
    client.get("/healthz")
    answer = client.get("/nothing", headers={"X-Request-Id": "a-request-id"})
    [line] = capsys.readouterr().out.splitlines()

    assert answer.headers["X-Request-Id"] == "a-request-id"
    assert "request_id=a-request-id" in line
    assert "status=404" in line


def test_lines_for_machines_are_json(
    app: Flask, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    shop = create_app(settings.model_copy(update={"log_format": "json"}))
    shop.test_client().get("/nothing")
    logs.configure(settings)
    [line] = capsys.readouterr().out.splitlines()

    entry = json.loads(line)
    assert (entry["event"], entry["status"], entry["level"]) == ("request", 404, "info")


def test_a_fault_is_written_down_with_its_place(
    client: FlaskClient, app: Flask, capsys: pytest.CaptureFixture[str]
) -> None:
    usual = app.view_functions["catalog.robots"]

    def fail() -> str:
        raise RuntimeError("with sk_test_canary0123")

    app.view_functions["catalog.robots"] = fail
    try:
        client.get("/robots.txt")
    finally:
        app.view_functions["catalog.robots"] = usual

    written = capsys.readouterr().out
    assert "Traceback" in written
    assert "test_logs.py" in written
    assert "canary" not in written


def test_i16_a_statement_that_failed_does_not_tell_whom_it_was_about(
    app: Flask, capsys: pytest.CaptureFixture[str]
) -> None:
    name = "Ada" + "Canary"  # the traceback quotes the lines below
    try:
        session.execute(text("INSERT INTO nowhere VALUES (:name)"), {"name": name})
    except DatabaseError as error:
        log.error("fault", exc_info=error)

    written = "".join(capsys.readouterr())
    assert "nowhere" in written
    assert name not in written
