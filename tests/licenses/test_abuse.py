"""Rows L05, L06, L08 and L09: who guesses, floods, or sends nonsense."""

from collections import Counter
from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from shop.licenses import keys
from shop.licenses.throttle import LIMITS, WINDOW, questions
from shop.logs import redact
from tests.browser import Browser
from tests.licenses.factories import FINGERPRINT, make_license
from tests.work import work_of


class Clock:
    seconds = 6_000_000.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def clock() -> Iterator[Clock]:
    ours, theirs = Clock(), questions.clock
    questions.clock = ours
    yield ours
    questions.clock = theirs


def status(program: FlaskClient, key: str, address: str = "192.0.2.1", **headers: str) -> int:
    return program.post(
        "/api/licenses/validate",
        json={"key": key},
        headers=headers,
        environ_overrides={"REMOTE_ADDR": address},
    ).status_code


def test_l05_who_guesses_is_stopped_and_nobody_else(program: Browser, clock: Clock) -> None:
    real = make_license().key
    guesses = [status(program, keys.make()) for _ in range(LIMITS["address"] + 5)]
    assert guesses == [200] * LIMITS["address"] + [429] * 5
    assert status(program, real) == 429
    assert status(program, real, "192.0.2.2") == 200
    clock.seconds += WINDOW
    assert status(program, keys.make()) == 200


def test_l05_a_guess_is_answered_alike_whatever_it_looks_like(
    program: Browser, clock: Clock
) -> None:
    """Unknown, misspelled, and with the beginning or end of a key that exists."""
    real = make_license().key
    guesses = [keys.make(), "nonsense", real[:-1] + ("0" if real[-1] != "0" else "1")]
    guesses += [keys.make()[:-5] + real[-5:], real[:17] + keys.make()[17:]]
    found: Counter[tuple[int, str, int]] = Counter()
    for guess in guesses * 5:
        answer = program.post("/api/licenses/validate", json={"key": guess})
        found[answer.status_code, answer.get_json()["code"], len(answer.data)] += 1
    assert len(found) == 1, found


def test_l05_a_real_key_takes_no_other_time_than_a_likely_one(program: Browser) -> None:
    """The database is asked the same for both; only its answer differs."""
    real, likely = make_license().key, keys.make()

    def ask(key: str) -> None:
        questions.forget()
        status(program, key)

    for key in (real, likely):
        ask(key)  # what only the first time costs
    known, unknown = (work_of(partial(ask, key)) for key in (real, likely))
    assert known.is_like(unknown, within=0.2), (known, unknown)


def test_a_program_that_asks_all_the_time_is_slowed_down(program: Browser, clock: Clock) -> None:
    key, other = make_license().key, make_license().key
    asked = [status(program, key, f"192.0.2.{n}") for n in range(LIMITS["key"] + 2)]
    assert asked == [200] * LIMITS["key"] + [429] * 2
    assert status(program, key.lower()) == 429
    assert status(program, other) == 200
    answer = program.post("/api/licenses/validate", json={"key": key})
    assert answer.headers["Retry-After"] == "60"
    assert answer.headers["License-Signature"]


def test_l08_a_made_up_sender_helps_nobody(program: Browser, clock: Clock) -> None:
    spoofed = [
        status(program, keys.make(), **{name: f"198.51.100.{n}"})
        for n in range(LIMITS["address"])
        for name in ("X-Forwarded-For", "X-Real-Ip")
    ]
    assert spoofed.count(429) == LIMITS["address"]


ODD: tuple[Any, ...] = (None, 7, [], {}, True, "\0", "x" * 256, "a\nb")
FIELDS = ("key", "fingerprint", "version", "nonce", "name")


@pytest.mark.parametrize("field", FIELDS)
@pytest.mark.parametrize("value", ODD, ids=ascii)
def test_l06_what_is_no_question_is_refused(program: Browser, field: str, value: Any) -> None:
    body = {"key": keys.make(), "fingerprint": FINGERPRINT, field: value}
    answer = program.post("/api/licenses/activate", json=body)
    if value is None and field in {"version", "nonce"}:
        assert answer.get_json()["code"] == "NOT_FOUND"
        return
    assert (answer.status_code, answer.mimetype) == (422, "application/problem+json")
    assert field in answer.get_json()["errors"]


@pytest.mark.parametrize("what", ["validate", "activate", "deactivate", "file"])
def test_l06_odd_text_is_only_text(either_app: Flask, what: str) -> None:
    program = Browser(either_app, either_app.response_class, use_cookies=False)
    program.has_token = False
    for odd in ("' OR 1=1 --", "%", "(a+)+$", "\u202e\U0001f600", "{{7*7}}", "../../etc/passwd"):
        body = {"key": odd, "fingerprint": "'--", "version": odd}
        answer = program.post(f"/api/licenses/{what}", json=body)
        assert (answer.status_code, answer.get_json()["code"]) == (200, "NOT_FOUND")


@pytest.mark.parametrize("raw", [b"", b"{", b"[]", b'"\xff"', b"\0", b'{"key": "\\ud800"}'])
def test_l06_what_is_no_json_is_refused(program: Browser, raw: bytes) -> None:
    answer = program.post("/api/licenses/validate", data=raw, content_type="application/json")
    assert answer.status_code == 422


def test_l06_a_key_of_ten_megabytes_is_refused(program: Browser) -> None:
    assert status(program, "x" * 10 * 1024 * 1024) == 422


def test_l09_no_key_reaches_a_log(program: Browser, capsys: pytest.CaptureFixture[str]) -> None:
    key = make_license().key
    for what in ("validate", "activate", "file"):
        program.post(f"/api/licenses/{what}", json={"key": key, "fingerprint": FINGERPRINT})
    logged = capsys.readouterr().out
    assert "/api/licenses/validate" in logged
    assert key not in logged
    entry = redact(None, "info", {"event": f"found {key} there"})
    assert entry["event"] == "found [removed] there"
