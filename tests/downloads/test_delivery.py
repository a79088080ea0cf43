"""What a browser, a proxy or a download manager gets at the end of a link."""

from pathlib import Path

import pytest
import requests
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from shop.config import Settings
from shop.db import session
from shop.downloads import storage
from shop.downloads.models import Download, File
from tests.downloads.factories import (
    CONTENT,
    fetch,
    make_grant,
    make_linked_grant,
    mint,
)

SIZE = len(CONTENT)


@pytest.mark.parametrize("name", ["x.svg", "x.html", "x.xhtml", "x.js", "x.pdf", "x.zip"])
def test_a_file_is_never_shown_in_the_shops_name(client: FlaskClient, name: str) -> None:
    content = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"
    answer = fetch(client, mint(client, make_grant(name=name, content=content)))
    assert answer.data == content
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert answer.headers["Cache-Control"] == "private, no-store"


RANGES = {
    "bytes=0-99": (206, CONTENT[:100]),
    "bytes=100-": (206, CONTENT[100:]),
    "bytes=-100": (206, CONTENT[-100:]),
    "bytes=0-0": (206, CONTENT[:1]),
    f"bytes={SIZE - 1}-": (206, CONTENT[-1:]),
    f"bytes=0-{SIZE * 9}": (206, CONTENT),
    f"bytes=-{SIZE}": (206, CONTENT),
    f"bytes=-{SIZE + 1}": (200, CONTENT),
    "bytes=-99999999999999999999": (200, CONTENT),
    f"bytes={SIZE}-": (416, b""),
    "bytes=99999999999999999999-": (416, b""),
    "bytes=5-2": (200, CONTENT),
    "bytes=-0": (200, CONTENT),
    "bytes=--5": (200, CONTENT),
    "bytes=": (200, CONTENT),
    "bytes=a-b": (200, CONTENT),
    "bytes": (200, CONTENT),
    "lines=1-2": (200, CONTENT),
    "bytes=0-9,20-29": (200, CONTENT),
    "bytes=0-,0-,0-": (200, CONTENT),
    "bytes=" + ",".join(["0-"] * 1000): (200, CONTENT),
    "bytes=" + ",".join(f"{n}-{n}" for n in range(1000)): (200, CONTENT),
}


@pytest.mark.parametrize("asked", RANGES, ids=lambda asked: asked[:30])
def test_ranges(client: FlaskClient, asked: str) -> None:
    status, content = RANGES[asked]
    grant = make_grant()
    answer = fetch(client, mint(client, grant), Range=asked)
    assert (answer.status_code, answer.data) == (status, content)
    assert answer.content_length == len(content)
    if status == 416:
        assert answer.headers["Content-Range"] == f"bytes */{SIZE}"
    session.refresh(grant)
    assert grant.used == (0 if status == 416 else 1)


def test_a_resumed_download_starts_over_when_the_file_is_another(client: FlaskClient) -> None:
    link = mint(client, make_grant())
    tag = fetch(client, link).headers["ETag"]
    rest = fetch(client, link, Range="bytes=100-", If_Range=tag)
    assert (rest.status_code, rest.data) == (206, CONTENT[100:])
    assert fetch(client, link, Range="bytes=100-", If_Range='"other"').data == CONTENT


def test_head_tells_the_size_and_counts_nothing(client: FlaskClient) -> None:
    grant = make_grant()
    answer = client.head(mint(client, grant))
    assert (answer.status_code, answer.content_length, answer.data) == (200, SIZE, b"")
    session.refresh(grant)
    assert grant.used == 0


def test_an_empty_file_is_a_file(client: FlaskClient) -> None:
    answer = fetch(client, mint(client, make_grant(content=b"")), Range="bytes=0-")
    assert (answer.status_code, answer.data) == (200, b"")


@pytest.mark.parametrize("damage", ["missing", "longer", "shorter", "a folder"])
def test_a_damaged_file_is_a_503_and_not_counted(
    client: FlaskClient, settings: Settings, damage: str
) -> None:
    grant = make_grant()
    link = mint(client, grant)
    path = settings.data_dir / "files" / session.scalars(select(File.storage_key)).one()
    damage_file(path, damage)
    answer = client.get(link)
    assert answer.status_code == 503
    assert "This file is not available right now" in answer.text
    session.refresh(grant)
    assert grant.used == 0
    assert session.scalars(select(Download)).all() == []


def damage_file(path: Path, damage: str) -> None:
    if damage in {"missing", "a folder"}:
        path.unlink()
    if damage == "a folder":
        path.mkdir()
    if damage == "longer":
        path.write_bytes(CONTENT + b"!")
    if damage == "shorter":
        path.write_bytes(CONTENT[:-1])


def test_a_local_link_attribute_is_sent_from_the_media_folder(
    client: FlaskClient, settings: Settings
) -> None:
    (settings.data_dir / "media/samples").mkdir(parents=True, exist_ok=True)
    (settings.data_dir / "media/samples/my fonts.zip").write_bytes(CONTENT)
    grant = make_linked_grant("/media/samples/my%20fonts.zip")
    answer = fetch(client, mint(client, grant, "link"), Range="bytes=0-9")
    assert answer.data == CONTENT[:10]
    assert "my%20fonts.zip" in answer.headers["Content-Disposition"]


@pytest.mark.parametrize(
    "url",
    [
        "/media/../shop.db",
        "/media/%2e%2e/shop.db",
        "/media//etc/passwd",
        "/media/%00",
        "/media/",
        "/media/missing.zip",
    ],
)
def test_a_local_link_attribute_stays_in_the_media_folder(client: FlaskClient, url: str) -> None:
    grant = make_linked_grant(url)
    assert client.get(mint(client, grant, "link")).status_code == 503
    session.refresh(grant)
    assert grant.used == 0


@pytest.mark.parametrize("url", ["javascript:alert(1)", "ftp://x/y", "//evil", "data:,x", "x.zip"])
def test_a_link_attribute_of_another_kind_is_not_offered(client: FlaskClient, url: str) -> None:
    grant = make_linked_grant(url)
    assert ">Download<" not in client.get(f"/downloads/{grant.token}").text
    answer = client.post(f"/downloads/{grant.token}/links", data={"file_id": "link"})
    assert answer.status_code == 404


def test_stored_elsewhere_the_file_is_one_redirect_away(
    client: FlaskClient, app: Flask, monkeypatch: pytest.MonkeyPatch, s3_url: str
) -> None:
    settings: Settings = app.extensions["settings"]
    elsewhere = storage.connect(settings.model_copy(update={"storage_url": s3_url}))
    monkeypatch.setitem(app.extensions, "storage", elsewhere)
    grant = make_grant(name="Größe.zip")
    link = mint(client, grant)
    assert "Location" not in client.head(link).headers
    answer = client.get(link)
    assert answer.status_code == 302
    assert requests.get(answer.location, timeout=5).content == CONTENT
    session.refresh(grant)
    assert grant.used == 1
