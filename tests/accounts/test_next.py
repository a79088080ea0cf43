"""Row A08: where a sign-in may lead."""

import pytest

from shop.accounts.access import HOME, safe_next
from tests.accounts.factories import PASSWORD, make_user
from tests.browser import Browser

ELSEWHERE = [
    "",
    "//evil.example",
    "///evil.example",
    "////evil.example/%2e%2e",
    "/\\evil.example",
    "\\/evil.example",
    "\\\\evil.example",
    "/\\/evil.example",
    "/\t/evil.example",
    "\t//evil.example",
    "/\n/evil.example",
    "/\r\n/evil.example",
    "\r\nLocation: https://evil.example",
    "/cart\r\nSet-Cookie: a=b",
    " //evil.example",
    "/ /evil.example",
    "\x00//evil.example",
    "https:evil.example",
    "https:/evil.example",
    "https://evil.example",
    "HTTPS://EVIL.EXAMPLE",
    "http:///evil.example",
    "ftp://evil.example",
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "java\tscript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "vbscript:msgbox(1)",
    "@evil.example",
    "https://localhost@evil.example",
    "//localhost@evil.example",
    "/@evil.example//",
    "//evil\u3002example",
    "/\uff0fevil.example",
    "\uff0f\uff0fevil.example",
    "/\u2044evil.example",
    "/\u202e/evil.example",
    "//0x7f000001",
    "//[::1]",
    "/..//evil.example",
    "/.//evil.example",
    "/%0d%0a//evil.example",
    "/cart//evil.example",
    "cart",
    "?next=//evil.example",
    "#//evil.example",
    ".evil.example",
    "/" + "\ud800",
]
OURS = [
    "/",
    "/cart",
    "/checkout",
    "/account/orders",
    "/products?page=2&q=enamel+mug",
    "/orders/a_b-c",
]


def test_there_are_enough_payloads() -> None:
    assert len(set(ELSEWHERE)) >= 40


@pytest.mark.parametrize("target", [None, *ELSEWHERE], ids=ascii)
def test_a08_elsewhere_is_the_account(target: str | None) -> None:
    assert safe_next(target) == HOME


@pytest.mark.parametrize("target", OURS)
def test_our_pages_are_fine(target: str) -> None:
    assert safe_next(target) == target


def test_a08_over_http(client: Browser) -> None:
    user = make_user()
    client.sign_in(user.email, PASSWORD)
    for target in ELSEWHERE[:-1]:  # a lone surrogate cannot be sent
        assert client.get("/sign-in", query_string={"next": target}).location == HOME


@pytest.mark.parametrize("target", ["//evil.example", "/\\evil.example", "/\t/evil.example"])
def test_a08_in_the_form(client: Browser, target: str) -> None:
    data = {"email": make_user().email, "password": PASSWORD, "next": target}
    assert client.post("/sign-in", data=data).location == HOME
