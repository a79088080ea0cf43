"""Row A05: what a cookie of ours looks like to the browser, in production."""

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update

from shop.accounts.models import Role, SignInSession
from shop.accounts.sessions import STAFF_LIFETIME
from shop.app import create_app
from shop.config import Settings
from shop.db import commit, db, session, utcnow
from tests.accounts.factories import PASSWORD, make_user
from tests.factories import make_price

HERE = "https://shop.example"


@pytest.fixture
def production(app: Flask, settings: Settings) -> Iterator[Flask]:
    """On the same database, behind https."""
    changes = {"env": "production", "base_url": HERE, "staff_second_factor": "optional"}
    shop = create_app(settings.model_copy(update=changes))
    shop.testing = True
    with shop.app_context():
        yield shop
        db.session.remove()
        db.engine.dispose()


def send(client: FlaskClient, path: str, **data: Any) -> list[str]:
    """The cookies that come back."""
    commit()
    with client.application.app_context():
        token = client.get("/api/csrf", base_url=HERE).get_json()["token"]
        headers = {"X-CSRFToken": token, "Referer": HERE}
        return client.post(path, base_url=HERE, data=data, headers=headers).headers.getlist(
            "Set-Cookie"
        )


def parts(cookie: str) -> set[str]:
    return set(cookie.split("; ")[1:])


def test_a05_every_cookie_is_for_this_shop_and_https_alone(production: Flask) -> None:
    price = make_price()
    client = production.test_client()
    cookies = send(client, "/cart/items", price_id=price.id, quantity=1)
    cookies += send(client, "/sign-in", email=make_user().email, password=PASSWORD)
    names = {cookie.partition("=")[0] for cookie in cookies}
    assert len(names) >= 2
    assert "__Host-session" in names
    for cookie in cookies:
        assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= parts(cookie), cookie
        assert cookie.startswith("__Host-"), cookie
        assert "Domain=" not in cookie


def test_a05_a_cookie_says_when_it_ends(production: Flask) -> None:
    client = production.test_client()
    [cookie] = send(client, "/sign-in", email=make_user().email, password=PASSWORD)
    assert any(part.startswith("Expires=") for part in parts(cookie))


def test_a05_the_row_decides_and_not_what_the_cookie_says(production: Flask) -> None:
    client = production.test_client()
    send(client, "/sign-in", email=make_user(role=Role.ADMIN).email, password=PASSWORD)
    commit()
    with production.app_context():
        assert client.get("/account", base_url=HERE).status_code == 200
    session.execute(update(SignInSession).values(created_at=utcnow() - STAFF_LIFETIME))
    commit()
    with production.app_context():
        assert client.get("/account", base_url=HERE).status_code == 303


def test_a05_nobody_is_remembered_beside_the_session(production: Flask) -> None:
    """Flask-Login would keep people signed in by a cookie that no row stands behind."""
    client = production.test_client()
    send(client, "/sign-in", email=make_user().email, password=PASSWORD)
    assert client.get_cookie("remember_token", domain="shop.example") is None
