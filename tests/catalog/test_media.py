from urllib.parse import quote

import pytest
from flask.testing import FlaskClient

from tests.catalog.builders import add_pictures, make_notebook, media_folder


def test_a_picture_is_kept_for_good_and_can_run_nothing(client: FlaskClient) -> None:
    add_pictures(make_notebook({"A5": 1}), 1)

    with client.get("/media/notebook-0.svg") as response:
        assert response.mimetype == "image/svg+xml"
        assert response.data.startswith(b"<svg")
        headers = response.headers

    assert headers["Content-Security-Policy"] == (
        "sandbox; default-src 'none'; style-src 'unsafe-inline'"
    )
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "Set-Cookie" not in headers
    for word in ("public", "immutable", "max-age=31536000"):
        assert word in headers["Cache-Control"]


def test_an_unchanged_picture_is_not_sent_again(client: FlaskClient) -> None:
    add_pictures(make_notebook({"A5": 1}), 1)
    with client.get("/media/notebook-0.svg") as response:
        etag = response.headers["ETag"]

    with client.get("/media/notebook-0.svg", headers={"If-None-Match": etag}) as response:
        assert response.status_code == 304


def test_names_with_spaces_and_umlauts_work(client: FlaskClient) -> None:
    folder = media_folder() / "übersicht"
    folder.mkdir(exist_ok=True)
    (folder / "mug 1#.png").write_bytes(b"\x89PNG")

    with client.get(f"/media/{quote('übersicht/mug 1#.png')}") as response:
        assert (response.status_code, response.data) == (200, b"\x89PNG")


@pytest.mark.parametrize(
    "path",
    [
        "none.svg",
        "../shop.db",
        "..%2fshop.db",
        "%2e%2e/%2e%2e/etc/passwd",
        "%2fetc%2fpasswd",
        "..%5c..%5csecret.svg",
        "../secret.svg",
        "..%2fsecret.svg",
        "a%00.svg",
        "page.html",
        "noextension",
        ".svg/",
        "link.svg",
        "x" * 5000 + ".svg",
    ],
)
def test_nothing_but_pictures_of_the_media_folder_is_served(client: FlaskClient, path: str) -> None:
    folder = media_folder()
    secret = folder.parent / "secret.svg"
    secret.write_text("<svg>secret</svg>")
    (folder / "page.html").write_text("<script>alert(1)</script>")
    link = folder / "link.svg"
    link.unlink(missing_ok=True)
    link.symlink_to(secret)

    response = client.get(f"/media/{path}", follow_redirects=True)

    assert response.status_code == 404
    assert b"secret" not in response.data.replace(path.encode(), b"")


def test_the_front_pages_picture_is_drawn_from_the_name(client: FlaskClient) -> None:
    response = client.get("/hero.svg")

    assert response.mimetype == "image/svg+xml"
    assert b"Keystall" in response.data
