"""Cookies are signed as Flask and itsdangerous sign them, and as strictly checked."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from itsdangerous import BadSignature, SignatureExpired, URLSafeTimedSerializer

from shop.signatures import seal

KEY = "k" * 40


def test_it_reads_what_itsdangerous_signed_and_is_read_by_it() -> None:
    plain, ours = URLSafeTimedSerializer(KEY, salt="cart"), seal(KEY, "cart")

    assert ours.loads(plain.dumps("token")) == "token"
    assert plain.loads(ours.dumps("token")) == "token"


FOREIGN: dict[str, Callable[[], str | bytes]] = {
    "another key": lambda: URLSafeTimedSerializer("x" * 40, salt="cart").dumps("token"),
    "another salt": lambda: URLSafeTimedSerializer(KEY, salt="other").dumps("token"),
    "cut": lambda: seal(KEY, "cart").dumps("token")[:-1],
    "not signed": lambda: "token",
    "nothing": lambda: "",
}


@pytest.mark.parametrize("kind", FOREIGN)
def test_what_is_not_ours_is_refused_also_the_second_time(kind: str) -> None:
    ours, foreign = seal(KEY, "cart"), FOREIGN[kind]()
    ours.loads(ours.dumps("token"))

    for _ in range(2):
        with pytest.raises(BadSignature):
            ours.loads(foreign)


def test_what_is_too_old_is_refused_though_it_was_read_before() -> None:
    ours = seal(KEY, "cart")
    signed = ours.dumps("token")
    assert ours.loads(signed, max_age=60) == "token"

    with pytest.raises(SignatureExpired):
        ours.loads(signed, max_age=-1)


def test_one_salt_does_not_pass_for_another() -> None:
    with pytest.raises(BadSignature):
        seal(KEY, "cart").loads(seal(KEY, "other").dumps("token"))


def test_a_session_is_signed_as_flask_signs_it(app: Flask) -> None:
    usual = SecureCookieSessionInterface().get_signing_serializer(app)
    ours = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
    age = int(timedelta(days=1).total_seconds())
    assert usual is not None

    assert ours.loads(usual.dumps({"cart": (1, 2)}), max_age=age) == {"cart": (1, 2)}
    assert usual.loads(ours.dumps({"cart": (1, 2)}), max_age=age) == {"cart": (1, 2)}
