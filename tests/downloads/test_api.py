from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from shop.accounts import tokens
from shop.accounts.models import ApiToken, User
from shop.db import commit, session, utcnow
from shop.downloads.models import Grant
from shop.orders.models import OrderLine
from tests.browser import Browser, open_browser
from tests.downloads.factories import (
    CONTENT,
    fetch,
    make_digital,
    make_grant,
    make_linked_grant,
    make_paid_order,
    make_release,
    make_user,
    sign_in,
)


def ask(client: FlaskClient, grant: Grant, bearer: str = "", **body: Any) -> TestResponse:
    headers = {"Authorization": f"Bearer {bearer}"} if bearer else {}
    url = f"/api/products/{grant.product_id}/download-link"
    return client.post(url, json=body, headers=headers)


def order_token(grant: Grant) -> str:
    return session.get_one(OrderLine, grant.order_line_id).order.token


def make_bearer(user: User) -> str:
    secret = tokens.make_secret()
    values = {"name": "server", "token_hash": tokens.digest(secret), "last_characters": secret[-4:]}
    session.add(ApiToken(user_id=user.id, **values))
    commit()
    return secret


def test_a_guest_with_the_orders_token_gets_a_link(client: FlaskClient, app: Flask) -> None:
    grant = make_grant()
    answer = ask(client, grant, order_token=order_token(grant))
    assert answer.status_code == 200
    assert answer.json
    assert set(answer.json) == {"url", "expires_at"}
    assert answer.json["url"].startswith("http://localhost/files/")
    assert fetch(client, answer.json["url"]).data == CONTENT
    assert open_browser(app).get(answer.json["url"]).status_code == 404


def test_a_signed_in_customer_gets_the_newest_or_the_named_file(client: FlaskClient) -> None:
    user = make_user()
    grant = make_grant(user)
    newest = make_release(grant.product, "2.0", "editor-2.zip", b"two").files[0]
    sign_in(client, user)
    for file_id, content in ((None, b"two"), (newest.id - 1, CONTENT)):
        answer = ask(client, grant, file_id=file_id)
        assert answer.json
        assert fetch(client, answer.json["url"]).data == content


def test_a_server_follows_its_link_with_the_same_bearer_token(app: Flask) -> None:
    user = make_user()
    grant = make_grant(user)
    bearer = make_bearer(user)
    server = Browser(app, app.response_class, use_cookies=False)
    answer = ask(server, grant, bearer)
    assert answer.json
    url = answer.json["url"]
    assert fetch(server, url, Authorization=f"Bearer {bearer}").data == CONTENT
    assert server.get(url).status_code == 404
    other = make_bearer(make_user("bob@example.org"))
    refused = server.get(url, headers={"Authorization": f"Bearer {other}"})
    assert (refused.status_code, refused.mimetype) == (404, "application/problem+json")


def test_a_product_with_a_link_attribute_only(client: FlaskClient) -> None:
    grant = make_linked_grant("https://files.example/x.zip")
    answer = ask(client, grant, order_token=order_token(grant))
    assert answer.json
    assert client.get(answer.json["url"]).location == "https://files.example/x.zip"


def test_a_grant_that_can_be_used_goes_first(client: FlaskClient) -> None:
    user = make_user()
    usable = make_grant(user)
    used_up = make_grant(user, most=0)
    used_up.product_id = usable.product_id
    commit()
    sign_in(client, user)
    assert ask(client, usable).status_code == 200
    usable.most = 0
    commit()
    assert ask(client, usable).status_code == 409


@pytest.mark.parametrize("body", [{}, {"order_token": "guess"}, {"order_token": ""}])
def test_nobody_else_gets_a_link(client: FlaskClient, body: dict[str, str]) -> None:
    grant = make_grant(make_user())
    assert ask(client, grant, **body).status_code == 404
    sign_in(client, make_user("bob@example.org"))
    assert ask(client, grant, **body).status_code == 404


def test_an_order_token_of_an_account_is_not_enough(client: FlaskClient) -> None:
    user = make_user()
    grant = make_grant(user)
    token = order_token(grant)
    assert ask(client, grant, order_token=token).status_code == 404
    sign_in(client, user)
    assert ask(client, grant, order_token=token).status_code == 200


def test_an_order_token_opens_only_its_own_products(client: FlaskClient) -> None:
    grant, other = make_grant(), make_grant()
    assert ask(client, other, order_token=order_token(grant)).status_code == 404
    theirs = make_paid_order(make_digital()).token
    assert ask(client, grant, order_token=theirs).status_code == 404


def test_a_refunded_or_ended_grant_gives_no_link(client: FlaskClient) -> None:
    grant = make_grant(ended_at=utcnow())
    assert ask(client, grant, order_token=order_token(grant)).status_code == 404
    over = make_grant(expires_at=utcnow())
    assert ask(client, over, order_token=order_token(over)).status_code == 410


@pytest.mark.parametrize("body", [{"file_id": "1"}, {"file_id": 0}, {"product": 1}])
def test_a_body_that_does_not_fit_is_refused(client: FlaskClient, body: dict[str, Any]) -> None:
    grant = make_grant()
    answer = ask(client, grant, order_token=order_token(grant), **body)
    assert (answer.status_code, answer.mimetype) == (422, "application/problem+json")


@pytest.mark.parametrize(
    ("product", "body", "status"),
    [
        (2**31, {}, 404),
        (10**30, {}, 404),
        (1, {"file_id": 2**31}, 422),
        (1, {"order_token": "\0"}, 422),
    ],
    ids=["product", "huge product", "file", "NUL"],
)
def test_x02_odd_names_never_reach_the_database(
    either_app: Flask, product: int, body: dict[str, Any], status: int
) -> None:
    answer = open_browser(either_app).post(f"/api/products/{product}/download-link", json=body)
    assert answer.status_code == status


def test_a_file_of_another_product_is_not_found(client: FlaskClient) -> None:
    grant = make_grant()
    other = make_release(make_digital()).files[0]
    answer = ask(client, grant, order_token=order_token(grant), file_id=other.id)
    assert answer.status_code == 404
