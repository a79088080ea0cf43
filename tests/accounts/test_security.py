import re

import pytest
from flask import Flask

from shop.accounts.models import ApiToken, User
from shop.db import commit, session
from tests.accounts.factories import PASSWORD, make_user
from tests.browser import Browser, open_browser


@pytest.fixture
def user(app: Flask) -> User:
    return make_user()


@pytest.fixture
def signed_in(client: Browser, user: User) -> Browser:
    client.sign_in(user.email, PASSWORD)
    return client


def make_token(client: Browser, name: str = "Build server") -> str:
    answer = client.post("/account/tokens", data={"name": name})
    assert answer.status_code == 201
    found = re.search(r"kst_[\w-]{43}", answer.text)
    assert found
    return found[0]


def call(app: Flask, token: str, method: str = "GET", **kwargs: object) -> int:
    """A server: no cookies, no CSRF token."""
    server = open_browser(app)
    server.has_token = False
    headers = {"Authorization": f"Bearer {token}"}
    address = "/api/cart" if method == "GET" else "/api/cart/items"
    return server.open(address, method=method, headers=headers, **kwargs).status_code


def test_a_token_is_shown_once_and_kept_as_a_hash(signed_in: Browser) -> None:
    token = make_token(signed_in)
    page = signed_in.get("/account/security").text
    assert token not in page
    assert f"…{token[-4:]}" in page
    assert token not in str(session.get_one(ApiToken, 1).__dict__)


def test_a_token_signs_in(signed_in: Browser, app: Flask) -> None:
    token = make_token(signed_in)
    assert call(app, token) == 200
    assert "not used yet" not in signed_in.get("/account/security").text


def test_a_token_needs_no_csrf_token(signed_in: Browser, app: Flask) -> None:
    body = {"price_id": 1, "quantity": 1}
    assert call(app, make_token(signed_in), "POST", json=body) == 404  # not for sale


@pytest.mark.parametrize("token", ["", "x", "kst_", "kst_" + "a" * 43, "a b c"])
def test_a_wrong_token_is_401(app: Flask, token: str) -> None:
    assert call(app, token) == (401 if token else 200)


def test_a_revoked_token_is_401(signed_in: Browser, app: Flask) -> None:
    token = make_token(signed_in)
    assert signed_in.post("/account/tokens/1/revocation").status_code == 303
    assert call(app, token) == 401


def test_a_token_of_a_closed_account_is_401(signed_in: Browser, app: Flask, user: User) -> None:
    token = make_token(signed_in)
    user.is_active = False
    commit()
    assert call(app, token) == 401


def test_a_token_opens_no_page(signed_in: Browser, app: Flask) -> None:
    headers = {"Authorization": f"Bearer {make_token(signed_in)}"}
    assert open_browser(app).get("/account", headers=headers).status_code == 303


def test_a_wrong_token_beside_a_good_cookie_is_401(signed_in: Browser) -> None:
    headers = {"Authorization": "Bearer kst_wrong"}
    assert signed_in.get("/api/cart", headers=headers).status_code == 401


def test_nobody_revokes_anothers_token(
    signed_in: Browser, other_client: Browser, app: Flask
) -> None:
    token = make_token(signed_in)
    other_client.sign_in(make_user().email, PASSWORD)
    assert other_client.post("/account/tokens/1/revocation").status_code == 404
    assert call(app, token) == 200


def test_tokens_have_a_name_and_a_limit(signed_in: Browser) -> None:
    assert signed_in.post("/account/tokens", data={"name": " "}).status_code == 422
    for _ in range(20):
        make_token(signed_in)
    assert signed_in.post("/account/tokens", data={"name": "One more"}).status_code == 409


def test_the_current_password_is_needed_for_another(signed_in: Browser) -> None:
    data = {"current": "wrong horse", "password": "another horse"}
    answer = signed_in.post("/account/password", data=data)
    assert answer.status_code == 422
    assert "That is not your current password." in answer.text
    short = signed_in.post("/account/password", data={"current": PASSWORD, "password": "short"})
    assert short.status_code == 422
