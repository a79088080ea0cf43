"""Row A01: guessing is slow, and the person guessed at gets in again by waiting."""

from collections.abc import Iterator

import pytest

from shop.accounts.throttle import LIMITS, WINDOW, tries
from tests.accounts.factories import PASSWORD, make_user
from tests.browser import Browser

EMAIL = "mara@example.com"


class Clock:
    seconds = 1_000_000.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def clock() -> Iterator[Clock]:
    ours, theirs = Clock(), tries.clock
    tries.clock = ours
    yield ours
    tries.clock = theirs


def attempt(client: Browser, email: str, password: str, address: str) -> int:
    data = {"email": email, "password": password}
    sender = {"REMOTE_ADDR": address}
    return client.post("/sign-in", data=data, environ_overrides=sender).status_code


def test_a01_one_address_guesses_one_person(client: Browser, clock: Clock) -> None:
    make_user(email=EMAIL)
    statuses = [attempt(client, EMAIL, "wrong horse", "192.0.2.1") for _ in range(13)]
    assert statuses == [422] * LIMITS["pair"] + [429] * 3
    assert attempt(client, EMAIL.upper(), PASSWORD, "192.0.2.1") == 429
    assert attempt(client, EMAIL, PASSWORD, "192.0.2.2") == 303


def test_a01_the_right_password_works_after_the_wait(client: Browser, clock: Clock) -> None:
    make_user(email=EMAIL)
    for _ in range(LIMITS["pair"]):
        attempt(client, EMAIL, "wrong horse", "192.0.2.1")
    assert attempt(client, EMAIL, PASSWORD, "192.0.2.1") == 429
    clock.seconds += WINDOW
    assert attempt(client, EMAIL, PASSWORD, "192.0.2.1") == 303


def test_a01_one_address_guesses_many_people(client: Browser, clock: Clock) -> None:
    for n in range(LIMITS["address"]):
        assert attempt(client, f"p{n}@example.com", "wrong horse", "192.0.2.1") == 422
    assert attempt(client, "one-more@example.com", "wrong horse", "192.0.2.1") == 429


def test_a01_many_addresses_guess_one_person(client: Browser, clock: Clock) -> None:
    for n in range(LIMITS["person"]):
        assert attempt(client, EMAIL, "wrong horse", f"192.0.2.{n}") == 422
    assert attempt(client, EMAIL, "wrong horse", "198.51.100.1") == 429


def test_the_page_says_how_long(client: Browser, clock: Clock) -> None:
    clock.seconds = 10 * WINDOW + 30
    for _ in range(LIMITS["pair"]):
        client.sign_in(EMAIL, "wrong horse")
    answer = client.sign_in(EMAIL, "wrong horse")
    assert "Please wait 15 minutes" in answer.text


def test_signing_in_rightly_counts_for_nothing(client: Browser, clock: Clock) -> None:
    make_user(email=EMAIL)
    for _ in range(LIMITS["pair"] + 2):
        assert attempt(client, EMAIL, PASSWORD, "192.0.2.1") == 303


def test_a01_a_thousand_tries_cost_the_owner_one_wait(client: Browser, clock: Clock) -> None:
    make_user(email=EMAIL)
    clock.seconds = WINDOW * 100.0
    answers = [attempt(client, EMAIL, "wrong horse", f"192.0.2.{n % 250}") for n in range(1000)]
    assert answers.count(422) == LIMITS["person"]
    assert answers.count(429) == 1000 - LIMITS["person"]
    clock.seconds += WINDOW
    assert attempt(client, EMAIL, PASSWORD, "192.0.2.1") == 303
