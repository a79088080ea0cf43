import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from shop import events
from shop.db import commit, session, utcnow
from shop.downloads import grants
from shop.downloads.models import Download, File
from shop.orders.models import OrderLine
from tests.browser import open_browser
from tests.downloads.factories import (
    CONTENT,
    fetch,
    make_digital,
    make_grant,
    make_linked_grant,
    make_release,
    make_user,
    mint,
    sign_in,
)


def test_a_guest_downloads_what_was_bought(client: FlaskClient) -> None:
    grant = make_grant()
    page = client.get(f"/downloads/{grant.token}")
    assert "editor.zip" in page.text
    assert "25 of 25" in page.text
    answer = fetch(client, mint(client, grant))
    assert answer.data == CONTENT
    assert "24 of 25" in client.get(f"/downloads/{grant.token}").text


def test_the_page_folds_older_versions(client: FlaskClient) -> None:
    grant = make_grant()
    make_release(grant.product, "2.0", "editor-2.zip")
    page = client.get(f"/downloads/{grant.token}").text
    assert page.index("Version 2.0") < page.index("Version 1.0")
    assert "<summary>Version 1.0" in page


def test_an_older_version_is_downloadable(client: FlaskClient) -> None:
    grant = make_grant()
    old = str(session.scalars(select(File.id)).one())
    make_release(grant.product, "2.0", "editor-2.zip", b"two")
    assert fetch(client, mint(client, grant)).data == b"two"
    assert fetch(client, mint(client, grant, old)).data == CONTENT


def test_a_file_of_another_product_is_not_found(client: FlaskClient) -> None:
    grant = make_grant()
    other = make_release(make_digital(), name="other.zip").files[0]
    for wrong in (str(other.id), "link", "", "0", "-1", "1e3", "²", "9" * 30, "../1"):
        answer = client.post(f"/downloads/{grant.token}/links", data={"file_id": wrong})
        assert answer.status_code == 404, wrong


@pytest.mark.parametrize("file_id", [str(2**31), "9" * 18, "9" * 30, "-1", "²"])
def test_x02_a_file_that_cannot_be_is_not_found(either_app: Flask, file_id: str) -> None:
    page = f"/downloads/{make_grant().token}/links"
    assert open_browser(either_app).post(page, data={"file_id": file_id}).status_code == 404


def test_an_account_holders_page_asks_to_sign_in(client: FlaskClient) -> None:
    grant = make_grant(make_user())
    answer = client.get(f"/downloads/{grant.token}")
    assert answer.location == f"/sign-in?next=/downloads/{grant.token}"
    answer = client.post(f"/downloads/{grant.token}/links", data={"file_id": "1"})
    assert answer.location == f"/sign-in?next=/downloads/{grant.token}"


def test_an_account_holders_page_is_not_found_by_others(client: FlaskClient) -> None:
    grant = make_grant(make_user())
    sign_in(client, make_user("bob@example.org"))
    assert client.get(f"/downloads/{grant.token}").status_code == 404


@pytest.mark.parametrize("act", ["refund", "end"])
def test_a_grant_taken_back_is_gone_with_its_links(client: FlaskClient, act: str) -> None:
    user = make_user()
    grant = make_grant(user)
    sign_in(client, user)
    link = mint(client, grant)
    if act == "refund":
        line = session.get_one(OrderLine, grant.order_line_id)
        grants.end(events.OrderRefunded(line.order_id))
    else:
        grant.ended_at = utcnow()
    commit()
    assert client.get(f"/downloads/{grant.token}").status_code == 404
    assert client.post(f"/downloads/{grant.token}/links").status_code == 404
    assert client.get(link).status_code == 404
    assert session.scalars(select(Download)).all() == []


def test_the_account_lists_every_purchase(client: FlaskClient) -> None:
    user = make_user()
    grant = make_grant(user)
    make_grant(name="not-hers.zip")
    over = make_grant(user, name="refunded.zip", ended_at=utcnow(), end_reason="refund")
    sign_in(client, user)
    page = client.get("/account/downloads").text
    assert "editor.zip" in page
    assert f"/downloads/{grant.token}" in page
    assert "not-hers.zip" not in page
    assert "Refunded" in page
    assert over.token not in page


def test_the_account_says_when_there_is_nothing(client: FlaskClient) -> None:
    sign_in(client, make_user())
    assert "Nothing to download yet" in client.get("/account/downloads").text


def test_a_link_attribute_to_the_web_redirects(client: FlaskClient) -> None:
    url = "https://files.example/editor%202.zip?x=1"
    grant = make_linked_grant(url)
    assert "editor 2.zip" in client.get(f"/downloads/{grant.token}").text
    link = mint(client, grant, "link")
    assert "Location" not in client.head(link).headers
    answer = client.get(link)
    assert (answer.status_code, answer.location) == (302, url)
    session.refresh(grant)
    assert grant.used == 1
