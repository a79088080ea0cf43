"""A link works for its person and its ten minutes; whatever else is tried gets the same 404."""

from datetime import timedelta
from random import Random

import pytest
from flask import Flask
from flask.testing import FlaskClient
from itsdangerous import URLSafeTimedSerializer
from itsdangerous.encoding import base64_decode

from shop.db import session, utcnow
from shop.downloads import links
from tests.browser import open_browser
from tests.downloads.factories import CONTENT, fetch, make_grant, make_user, mint, sign_in

BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


def variants(token: str) -> set[str]:
    """64 tokens that are nearly right: each part touched, and every last character there is."""
    random = Random(7)
    last = {token[:-1] + character for character in BASE64}
    touched: set[str] = set()
    while len(touched) < 32:
        at = random.randrange(len(token) - 1)
        touched.add(token[:at] + random.choice(BASE64) + token[at + 1 :])
    cut = {token[:-1], token + "A", token + "=", token[1:], token.upper(), token.replace(".", "-")}
    return (last | touched | cut) - {token}


def test_no_variant_of_a_link_works(client: FlaskClient) -> None:
    link = mint(client, make_grant())
    folder, token = link.rsplit("/", 1)
    tampered = variants(token)
    assert len(tampered) >= 64
    unknown = client.get(f"{folder}/nothing").text
    for variant in tampered:
        answer = client.get(f"{folder}/{variant}")
        assert answer.status_code == 404, variant
        assert without_reference(answer.text) == without_reference(unknown)
    assert fetch(client, link).data == CONTENT


def without_reference(page: str) -> str:
    return page.partition("name this reference")[0]


def test_the_last_character_has_spellings_that_a_lenient_reader_takes(client: FlaskClient) -> None:
    """Without the exact comparison, the test above would find a way in."""
    token = mint(client, make_grant()).rsplit("/", 1)[1]
    signature = token.rsplit(".", 1)[1]
    same = [c for c in BASE64 if base64_decode(signature[:-1] + c) == base64_decode(signature)]
    assert len(same) > 1


@pytest.mark.parametrize("salt", ["", "cookie-session", "wtf-csrf-token", "shop.downloads.link"])
def test_another_salt_does_not_open_a_link(client: FlaskClient, app: Flask, salt: str) -> None:
    serializer = URLSafeTimedSerializer(app.config["SECRET_KEY"], salt or "itsdangerous")
    payload = [make_grant().id, "1", "nonce", ""]
    assert client.get(f"/files/{serializer.dumps(payload)}").status_code == 404


def test_another_browser_cannot_use_a_link(client: FlaskClient, app: Flask) -> None:
    grant = make_grant()
    link = mint(client, grant)
    stranger = open_browser(app)
    refused = stranger.get(link)
    assert refused.status_code == 404
    assert "in the browser that made it" in refused.text
    mint(stranger, grant)  # has a browser id of its own now
    assert stranger.get(link).status_code == 404
    session.refresh(grant)
    assert grant.used == 0


def test_an_account_holders_link_follows_the_account(client: FlaskClient, app: Flask) -> None:
    user = make_user()
    grant = make_grant(user)
    sign_in(client, user)
    link = mint(client, grant)
    phone, stranger = open_browser(app), open_browser(app)
    sign_in(phone, user)
    sign_in(stranger, make_user("bob@example.org"))
    assert fetch(phone, link).data == CONTENT
    assert stranger.get(link).status_code == 404
    client.post("/sign-out")
    assert client.get(link).status_code == 404


def test_an_ended_link_leads_its_owner_back(
    client: FlaskClient, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    grant = make_grant()
    link = mint(client, grant)
    monkeypatch.setattr(links, "LIFETIME", timedelta(seconds=-1))
    answer = client.get(link)
    assert answer.status_code == 410
    assert "It worked for ten minutes. Get a new one from your order." in answer.text
    assert f'href="/downloads/{grant.token}"' in answer.text
    assert client.get(link, headers={"Range": "bytes=5-"}).status_code == 410
    stranger = open_browser(app)
    mint(stranger, grant)
    assert stranger.get(link).status_code == 404
    session.refresh(grant)
    assert grant.used == 0


def test_a_link_does_not_say_whom_it_is_for(client: FlaskClient) -> None:
    link = mint(client, make_grant())
    with client.session_transaction() as cookie:
        assert cookie["browser"] not in link
        assert cookie["browser"].encode() not in base64_decode(link.split("/")[-1].split(".")[0])


def test_nothing_is_minted_or_sent_after_the_grants_time(client: FlaskClient) -> None:
    grant = make_grant()
    link = mint(client, grant)
    grant.expires_at = utcnow()
    session.commit()
    assert "The time for this download is over" in client.get(f"/downloads/{grant.token}").text
    answer = client.post(f"/downloads/{grant.token}/links", data={"file_id": "1"})
    assert answer.status_code == 410
    assert client.get(link).status_code == 410
