from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, text, update

from shop.accounts.access import Forbidden, demand
from shop.accounts.models import Role, SignInSession, User
from shop.accounts.sessions import LIFETIME, STAFF_LIFETIME
from shop.db import commit, session, utcnow
from tests.accounts.factories import PASSWORD, make_user
from tests.browser import Browser, open_browser
from tests.queries import count_queries


def replay(app: Flask, cookie: str) -> Browser:
    thief = open_browser(app)
    thief.set_cookie("session", cookie)
    return thief


def is_signed_in(client: Browser) -> bool:
    return client.get("/account").status_code == 200


@pytest.fixture
def user(app: Flask) -> User:
    return make_user()


def test_sign_in_leads_to_the_account(client: Browser, user: User) -> None:
    answer = client.sign_in(user.email, PASSWORD)
    assert (answer.status_code, answer.location) == (303, "/account")
    assert user.email in client.get("/account").text


def test_who_is_signed_in_is_one_question(client: Browser, user: User) -> None:
    client.sign_in(user.email, PASSWORD)
    with count_queries() as queries:
        client.get("/api/cart")
    assert len(queries) == 2  # the person, the cart


def test_a03_the_session_starts_anew_at_sign_in(client: Browser, user: User, app: Flask) -> None:
    client.get("/api/csrf")
    planted = client.cookie("session")
    client.sign_in(user.email, PASSWORD)
    first = client.cookie("session")
    assert first != planted
    assert not is_signed_in(replay(app, planted))
    client.sign_in(user.email, PASSWORD)
    assert client.cookie("session") != first


def test_a04_no_replay_after_sign_out(client: Browser, user: User, app: Flask) -> None:
    client.sign_in(user.email, PASSWORD)
    thief = replay(app, client.cookie("session"))
    assert is_signed_in(thief)
    assert client.post("/sign-out").status_code == 303
    assert not is_signed_in(client)
    assert not is_signed_in(thief)


def test_sign_out_ends_this_session_only(
    client: Browser, other_client: Browser, user: User
) -> None:
    client.sign_in(user.email, PASSWORD)
    other_client.sign_in(user.email, PASSWORD)
    client.post("/sign-out")
    assert is_signed_in(other_client)


def test_signing_out_needs_a_post(client: Browser, user: User) -> None:
    client.sign_in(user.email, PASSWORD)
    assert client.get("/sign-out").status_code == 405
    assert is_signed_in(client)


def test_a04_no_replay_after_a_password_change(
    client: Browser, other_client: Browser, user: User, app: Flask
) -> None:
    client.sign_in(user.email, PASSWORD)
    other_client.sign_in(user.email, PASSWORD)
    thief = replay(app, client.cookie("session"))
    answer = client.post(
        "/account/password", data={"current": PASSWORD, "password": "a new one 12"}
    )
    assert answer.status_code == 303
    assert is_signed_in(client)
    assert not is_signed_in(thief)
    assert not is_signed_in(other_client)
    assert other_client.sign_in(user.email, PASSWORD).status_code == 422
    assert other_client.sign_in(user.email, "a new one 12").status_code == 303


def test_a04_no_replay_after_ending_all_sessions(
    client: Browser, other_client: Browser, user: User
) -> None:
    client.sign_in(user.email, PASSWORD)
    other_client.sign_in(user.email, PASSWORD)
    assert client.post("/account/sessions-end").status_code == 303
    assert is_signed_in(client)
    assert not is_signed_in(other_client)


def test_a04_a_disabled_person_is_out_at_once(client: Browser, user: User) -> None:
    client.sign_in(user.email, PASSWORD)
    user.is_active = False
    assert not is_signed_in(client)
    assert client.sign_in(user.email, PASSWORD).status_code == 422


def test_a04_a_lost_role_is_lost_at_once(client: Browser, app: Flask) -> None:
    user = make_user(role=Role.ADMIN)
    client.sign_in(user.email, PASSWORD)
    with client:
        client.get("/account")
        demand(Role.ADMIN)
    user.role = Role.CUSTOMER
    with client:
        client.get("/account")
        with pytest.raises(Forbidden):
            demand(Role.ADMIN)


@pytest.mark.parametrize(
    ("role", "lifetime"), [(Role.CUSTOMER, LIFETIME), (Role.ADMIN, STAFF_LIFETIME)]
)
def test_a05_sessions_grow_old(client: Browser, role: Role, lifetime: timedelta) -> None:
    client.sign_in(make_user(role=role).email, PASSWORD)
    for age, is_young in ((lifetime - timedelta(minutes=1), True), (lifetime, False)):
        session.execute(update(SignInSession).values(created_at=utcnow() - age))
        assert is_signed_in(client) is is_young


def test_a05_the_cookie_is_guarded(client: Browser, user: User) -> None:
    answer = client.sign_in(user.email, PASSWORD)
    cookie = next(c for c in answer.headers.getlist("Set-Cookie") if c.startswith("session="))
    assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= set(cookie.split("; "))


def test_the_database_holds_no_session_secret(client: Browser, user: User) -> None:
    client.sign_in(user.email, PASSWORD)
    with client.session_transaction() as cookie:
        secret = cookie["sign_in"]
    [kept] = session.scalars(select(SignInSession.token_hash))
    assert secret not in kept


def test_a_forged_remember_cookie_is_worth_nothing(client: Browser, user: User) -> None:
    client.set_cookie("remember_token", f"{user.get_id()}|00")
    assert not is_signed_in(client)


def test_with_the_database_away_a_page_says_so(client: Browser, user: User) -> None:
    client.sign_in(user.email, PASSWORD)
    commit()
    session.execute(text("DROP TABLE sign_in_sessions"))
    answer = client.get("/account")
    assert answer.status_code == 503
    assert "<h1" in answer.text
