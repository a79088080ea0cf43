"""The list of browsers where somebody is signed in."""

import re
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, text, update

from shop.accounts.devices import describe
from shop.accounts.models import Role, SignInSession, User
from shop.accounts.sessions import NOTED_EVERY, STAFF_IDLE, STAFF_NOTED_EVERY
from shop.db import commit, session, utcnow
from tests.accounts.factories import PASSWORD, make_user
from tests.accounts.second_factors import is_signed_in
from tests.browser import Browser

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:150.0) Gecko/20100101 Firefox/150.0"
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 "
    "(KHTML, like Gecko) Version/19.0 Mobile/15E148 Safari/604.1"
)
CHROME = "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0.0.0"


@pytest.mark.parametrize(
    ("user_agent", "words"),
    [
        (FIREFOX, "Firefox on Linux"),
        (IPHONE, "Safari on iPhone"),
        (f"Mozilla/5.0 (Windows NT 10.0; Win64) {CHROME} Safari/537.36", "Chrome on Windows"),
        (f"Mozilla/5.0 (Windows NT 10.0) {CHROME} Safari/537.36 Edg/150.0", "Edge on Windows"),
        (f"Mozilla/5.0 (Linux; Android 16; K) {CHROME} Mobile Safari/537.36", "Chrome on Android"),
        (
            "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15) AppleWebKit Version/19 Safari/605",
            "Safari on macOS",
        ),
        ("curl/8.5.0", "An unknown program"),
        ("<script>alert(1)</script>", "An unknown program"),
        ("", "An unknown program"),
    ],
)
def test_a_browser_is_told_in_words(user_agent: str, words: str) -> None:
    assert describe(user_agent) == words


@pytest.fixture
def user(client: Browser, other_client: Browser) -> User:
    """Signed in twice."""
    user = make_user()
    for browser, user_agent in ((client, FIREFOX), (other_client, IPHONE)):
        data = {"email": user.email, "password": PASSWORD}
        browser.post("/sign-in", data=data, headers={"User-Agent": user_agent})
    return user


def ids() -> list[int]:
    return list(session.scalars(select(SignInSession.id).order_by(SignInSession.id)))


def test_the_page_lists_them_and_marks_this_one(client: Browser, user: User) -> None:
    page = client.get("/account/security").text
    assert page.index("Firefox on Linux") < page.index("Safari on iPhone")
    assert re.search(r"Firefox on Linux</strong> <span class=\"pill good\">This one", page)
    assert page.count("This one") == 1
    assert "seen within the last hour" in page


def test_no_address_is_kept(client: Browser, user: User) -> None:
    rows = session.execute(text("SELECT * FROM sign_in_sessions")).all()
    assert "127.0.0.1" not in str(rows)
    assert "Mozilla" not in str(rows)


def test_one_is_ended_from_the_other(client: Browser, other_client: Browser, user: User) -> None:
    theirs = ids()[1]
    assert client.post(f"/account/sessions/{theirs}/end").status_code == 303
    assert not is_signed_in(other_client)
    assert is_signed_in(client)
    assert "Safari on iPhone" not in client.get("/account/security").text
    assert client.post(f"/account/sessions/{theirs}/end").status_code == 404


def test_z02_nobody_ends_the_session_of_another(client: Browser, app: Flask, user: User) -> None:
    stranger = make_user()
    client.sign_in(stranger.email, PASSWORD)
    assert client.post(f"/account/sessions/{ids()[1]}/end").status_code == 404
    assert len(ids()) == 3


def test_what_was_ended_all_at_once_is_listed_no_more(
    client: Browser, other_client: Browser, user: User
) -> None:
    before = session.scalars(select(SignInSession.created_at)).first()
    assert client.post("/account/sessions-end").status_code == 303
    page = client.get("/account/security").text
    assert "Firefox on Linux" in page
    assert "Safari on iPhone" not in page
    assert not is_signed_in(other_client)
    assert session.scalars(select(SignInSession.created_at)).first() == before


def test_who_stays_is_neither_younger_nor_fresher(client: Browser, user: User) -> None:
    """Or ending the other sessions would stand for a confirmation, or make staff stay for ever."""
    then = utcnow() - timedelta(hours=3)
    session.execute(update(SignInSession).values(created_at=then, confirmed_at=then))
    client.post("/account/sessions-end")
    data = {"current": PASSWORD, "password": "a new one 12"}
    assert client.post("/account/password", data=data).status_code == 303
    rows = session.execute(
        select(SignInSession.created_at, SignInSession.confirmed_at).order_by(SignInSession.id)
    )
    assert tuple(rows.first() or ()) == (then, then)


@pytest.mark.parametrize(
    ("role", "every"), [(Role.CUSTOMER, NOTED_EVERY), (Role.SUPPORT, STAFF_NOTED_EVERY)]
)
def test_being_seen_is_noted_now_and_then(client: Browser, role: Role, every: timedelta) -> None:
    client.sign_in(make_user(role=role).email, PASSWORD)
    for age, is_noted in ((every - timedelta(seconds=60), False), (every, True)):
        then = utcnow() - age
        session.execute(update(SignInSession).values(last_seen_at=then))
        client.get("/account")
        commit()
        assert (session.scalar(select(SignInSession.last_seen_at)) != then) is is_noted


@pytest.mark.parametrize(("role", "is_ended"), [(Role.CUSTOMER, False), (Role.READ_ONLY, True)])
def test_a05_staff_that_left_the_desk_is_signed_out(
    client: Browser, role: Role, *, is_ended: bool
) -> None:
    client.sign_in(make_user(role=role).email, PASSWORD)
    for age in (STAFF_IDLE - timedelta(minutes=1), STAFF_IDLE):
        session.execute(update(SignInSession).values(last_seen_at=utcnow() - age))
        expected = not is_ended or age < STAFF_IDLE
        assert is_signed_in(client) is expected
