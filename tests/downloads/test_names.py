"""Whatever a file is called, it is saved under a harmless name, and found by its id alone."""

import re
from email.message import Message
from urllib.parse import unquote

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from shop.db import session
from shop.downloads.models import File
from shop.downloads.releases import clean_name
from tests.downloads.factories import CONTENT, fetch, make_grant, mint

NAMES = {
    "editor.zip": "editor.zip",
    "My Editor 2.zip": "My Editor 2.zip",
    "Größe.zip": "Größe.zip",
    "Gro\u0308ße.zip": "Größe.zip",
    "日本語.zip": "日本語.zip",
    "Ελληνικά.pdf": "Ελληνικά.pdf",
    "🎉.zip": "🎉.zip",
    "100 %.zip": "100 %.zip",
    "%2e%2e%2fpasswd": "%2e%2e%2fpasswd",
    "a;b=c.zip": "a;b=c.zip",
    "a, b.zip": "a, b.zip",
    "it's.zip": "it's.zip",
    "tar.tar.gz": "tar.tar.gz",
    "no ending": "no ending",
    'quoted "x".zip': "quoted _x_.zip",
    "back\\slash.zip": "back_slash.zip",
    "../../etc/passwd": "_.._etc_passwd",
    "..\\..\\win.ini": "_.._win.ini",
    "/etc/passwd": "_etc_passwd",
    "C:\\windows\\win.ini": "C__windows_win.ini",
    "a/b/c.zip": "a_b_c.zip",
    "....//x": "__x",
    ".htaccess": "htaccess",
    "..": "download",
    ".": "download",
    "": "download",
    "   ": "download",
    "\0": "download",
    "a\0b.zip": "ab.zip",
    "a\r\nSet-Cookie: x=1.zip": "aSet-Cookie_ x=1.zip",
    "a\r\nX-Accel-Redirect: /etc/passwd": "aX-Accel-Redirect_ _etc_passwd",
    "a\nb.zip": "ab.zip",
    "a\tb.zip": "ab.zip",
    "\u202egpj.exe": "gpj.exe",
    "a\u200bb.zip": "ab.zip",
    "a\ud800b.zip": "ab.zip",
    "a?b*c.zip": "a_b_c.zip",
    "<script>.svg": "_script_.svg",
    "a|b.zip": "a_b.zip",
    "trailing. ": "trailing",
    "x" * 300 + ".zip": "x" * 146 + ".zip",
    "x." + "y" * 300: "x." + "y" * 19,
}


@pytest.mark.parametrize("name", NAMES)
def test_names_are_cleaned(name: str) -> None:
    assert clean_name(name) == NAMES[name]
    assert clean_name(NAMES[name]) == NAMES[name]


def test_a_browser_saves_under_the_clean_name(client: FlaskClient) -> None:
    grant = make_grant(most=None)
    file = session.scalars(select(File)).one()
    for clean in set(NAMES.values()):
        file.name = clean
        answer = fetch(client, mint(client, grant))
        assert answer.data == CONTENT
        header = answer.headers["Content-Disposition"]
        kind, exact = re.fullmatch(r"(\w+);.* filename\*=UTF-8''(\S+)", header).groups()  # type: ignore[union-attr]
        assert (kind, unquote(exact)) == ("attachment", clean)
        assert header.isascii()
        assert plain_name(header)
        assert "X-Accel-Redirect" not in answer.headers
        assert answer.headers.getlist("Set-Cookie") == []


def plain_name(header: str) -> str | None:
    """What a client reads that does not know the exact form."""
    message = Message()
    message["Content-Disposition"] = header.partition("; filename*")[0]
    return message.get_filename()


@pytest.mark.parametrize(
    "path",
    ["../shop.db", "..%2fshop.db", "%2e%2e/shop.db", "%00", "/etc/passwd", "%2fetc%2fpasswd"],
)
def test_a_path_is_never_a_file(client: FlaskClient, path: str) -> None:
    assert client.get(f"/files/{path}").status_code in {308, 404}
    assert client.get(f"/downloads/{path}").status_code in {308, 404}
