"""Row A07: whatever a request says about the host, our links lead to us. By bytes, as they come."""

import socket

import pytest

from tests.servers.house import House


def ask(house: House, head: str) -> tuple[int, str]:
    """Status and body of the answer to these lines."""
    with socket.create_connection(("127.0.0.1", house.port), timeout=10) as connection:
        connection.sendall(head.replace("\n", "\r\n").encode() + b"\r\nConnection: close\r\n\r\n")
        answer = b"".join(iter(lambda: connection.recv(65536), b""))
    text = answer.decode(errors="replace")
    return int(text.split(" ", 2)[1]), text


def test_a07_our_own_name_is_answered(house: House) -> None:
    status, text = ask(house, f"GET /sign-in HTTP/1.1\nHost: 127.0.0.1:{house.port}")
    assert status == 200
    assert "Sign in" in text


@pytest.mark.parametrize("path", ["/sign-in", "/account"])
@pytest.mark.parametrize(
    "hosts",
    [
        ("evil.example",),
        ("evil.example:{port}",),
        ("127.0.0.1:{port}.evil.example",),
        ("127.0.0.1:{port}", "evil.example"),
        ("evil.example", "127.0.0.1:{port}"),
    ],
)
def test_a07_another_name_beside_ours_is_refused(
    house: House, path: str, hosts: tuple[str, ...]
) -> None:
    lines = [f"Host: {host.format(port=house.port)}" for host in hosts]
    status, text = ask(house, "\n".join([f"GET {path} HTTP/1.1", *lines]))
    assert status == 400
    assert "//evil" not in text


@pytest.mark.parametrize(
    "head",
    [
        "GET http://evil.example/account HTTP/1.1\nHost: {host}",
        "GET /account HTTP/1.1\nHost: {host}\nX-Forwarded-Host: evil.example",
        "GET /account HTTP/1.1\nHost: {host}\nForwarded: host=evil.example",
        "GET /account HTTP/1.1\nHost: {host}\nX-Host: evil.example",
        "GET /account HTTP/1.1\nHost: {host}\nX-Original-URL: http://evil.example/",
    ],
)
def test_a07_no_answer_leads_elsewhere(house: House, head: str) -> None:
    status, text = ask(house, head.format(host=f"127.0.0.1:{house.port}"))
    assert status in {303, 400}
    assert "evil.example" not in text or status == 400
    assert "//evil" not in text
