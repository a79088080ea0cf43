"""A real server and a real client: an interrupted download goes on where it stopped."""

import re
from collections.abc import Iterator
from hashlib import sha256
from threading import Thread

import pytest
import requests
from flask import Flask
from sqlalchemy import select
from werkzeug.serving import make_server

from shop.db import session
from shop.downloads.models import File
from tests.downloads.factories import make_grant

CONTENT = bytes(range(251)) * 40_000


@pytest.fixture
def server(app: Flask) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_an_interrupted_download_is_resumed_and_counted_once(server: str) -> None:
    grant = make_grant(content=CONTENT, most=1)
    file = session.scalars(select(File)).one()
    token, file_id, digest = grant.token, file.id, file.sha256
    session.commit()
    with requests.Session() as browser:
        page = f"{server}/downloads/{token}"
        found = re.search(r'name="csrf_token" value="([^"]+)"', browser.get(page).text)
        assert found
        form = {"file_id": file_id, "csrf_token": found[1]}
        answer = browser.post(f"{page}/links", form, allow_redirects=False)
        link = answer.headers["Location"].replace("http://localhost", server)
        with browser.get(link, stream=True, timeout=10) as first:
            assert first.headers["Content-Length"] == str(len(CONTENT))
            start = first.raw.read(100_000)
        headers = {"Range": f"bytes={len(start)}-", "If-Range": first.headers["ETag"]}
        rest = browser.get(link, headers=headers, timeout=10)
    assert rest.status_code == 206
    assert rest.headers["Content-Range"] == f"bytes 100000-{len(CONTENT) - 1}/{len(CONTENT)}"
    assert sha256(start + rest.content).hexdigest() == digest
    session.refresh(grant)
    assert grant.used == 1
