"""What every answer has: headers, an error page that tells nothing, the right host."""

import re
from collections.abc import Iterator
from typing import NoReturn

import pytest
from flask import Flask, Response
from flask.testing import FlaskClient
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from shop import headers, web
from shop.app import create_app
from shop.config import STRIPE, Settings
from tests.factories import make_product

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}
SAMPLES = {"int": "1", "any": "contact", "path": "css/app.css", "default": "nothing-here"}


def address(rule: Rule) -> str:
    """An address for the rule; that nothing is there makes it an error page, which counts too."""

    def fill(match: "re.Match[str]") -> str:
        converter, name = match["converter"] or "default", match["name"]
        return "contact" if name == "step" else SAMPLES[converter.partition("(")[0]]

    return re.sub(r"<(?:(?P<converter>\w+(?:\([^)]*\))?):)?(?P<name>\w+)>", fill, rule.rule)


def every_route(app: Flask) -> Iterator[tuple[str, str]]:
    for rule in app.url_map.iter_rules():
        for method in sorted((rule.methods or set()) - {"OPTIONS"}):
            yield method, address(rule)


def assert_safe_headers(answer: TestResponse, where: str) -> None:
    for name, value in HEADERS.items():
        assert answer.headers.get(name) == value, f"{name} of {where}"
    assert_safe_policy(answer.headers.get("Content-Security-Policy", ""), where)
    assert answer.headers.get("X-Request-Id"), where


def assert_safe_policy(policy: str, where: str) -> None:
    """Only what runs in a sandbox of its own, such as a drawing, may style itself."""
    if "sandbox" in policy.split("; "):
        assert "default-src 'none'" in policy, where
        assert "script-src" not in policy, where
        return
    assert "default-src 'self'" in policy, where
    assert "frame-ancestors 'none'" in policy, where
    assert "unsafe" not in policy, where


def test_x07_every_route_and_method_has_every_header(app: Flask, client: FlaskClient) -> None:
    routes = list(every_route(app))
    assert len(routes) > 60
    for method, path in routes:
        answer = client.open(path, method=method, buffered=True)
        assert_safe_headers(answer, f"{method} {path}")
        assert answer.status_code != 500, f"{method} {path}"


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nothing", 404),
        ("POST", "/products", 405),
        ("GET", "/api/nothing", 404),
        ("POST", "/api/webhook", 400),
        ("GET", "/static/nothing.css", 404),
        ("GET", "/static/../config.py", 404),
        ("GET", "/%2e%2e/%2e%2e/etc/passwd", 404),
        ("GET", "/.git/config", 404),
        ("GET", "/.env", 404),
        ("GET", "/console", 404),
    ],
)
def test_x07_errors_have_them_too(client: FlaskClient, method: str, path: str, status: int) -> None:
    answer = client.open(path, method=method, buffered=True)

    assert answer.status_code == status
    assert_safe_headers(answer, path)


def test_x05_what_is_personal_is_kept_by_nobody(app: Flask, client: FlaskClient) -> None:
    for method, path in every_route(app):
        answer = client.open(path, method=method, buffered=True)
        if path.startswith(("/static/", "/media/")) or "public" in answer.headers["Cache-Control"]:
            assert "Set-Cookie" not in answer.headers, path
            continue
        assert answer.headers["Cache-Control"] == "private, no-store", path
        assert "Cookie" in answer.headers["Vary"], path


def test_https_is_demanded_in_production_only(client: FlaskClient, settings: Settings) -> None:
    name = "Strict-Transport-Security"
    assert name not in client.get("/healthz").headers
    production = create_app(settings.model_copy(update={"env": "production"})).test_client()

    assert production.get("/healthz").headers[name] == "max-age=31536000; includeSubDomains"


def policy(client: FlaskClient, path: str) -> dict[str, list[str]]:
    rules = client.get(path).headers["Content-Security-Policy"].split("; ")
    return {name: values for name, *values in map(str.split, rules)}


def test_no_page_may_load_a_script_of_others_unasked(client: FlaskClient) -> None:
    found = policy(client, "/products")

    assert "script-src" not in found
    assert found["default-src"] == ["'self'"]


def test_stripe_is_let_in_by_name(settings: Settings, app: Flask) -> None:
    real = app.extensions["settings"].model_copy(update={"stripe_api_base": STRIPE})
    shop = create_app(real)
    with shop.test_request_context("/"):
        headers.allow_stripe()
        answer = shop.process_response(Response())

    assert "script-src 'self' https://js.stripe.com" in answer.headers["Content-Security-Policy"]


@pytest.fixture
def broken(settings: Settings, app: Flask) -> FlaskClient:
    """A shop whose pages fail in every way, by a fault with a secret in its text."""
    shop = create_app(settings)

    def fail(**_path: object) -> NoReturn:
        raise RuntimeError("canary-of-a-fault: sk_test_canary")

    for endpoint in shop.view_functions:
        shop.view_functions[endpoint] = fail
    return shop.test_client()


@pytest.mark.parametrize("path", ["/", "/products", "/cart", "/sign-in", "/orders/x", "/healthz"])
def test_x06_a_fault_shows_its_number_and_nothing_else(broken: FlaskClient, path: str) -> None:
    answer = broken.get(path)

    assert answer.status_code == 500
    assert answer.mimetype == "text/html"
    assert answer.headers["X-Request-Id"] in answer.text
    for leak in ("canary", "Traceback", "RuntimeError", ".py", "Werkzeug"):
        assert leak not in answer.text, leak
    assert_safe_headers(answer, path)


def test_x06_the_api_too(broken: FlaskClient) -> None:
    answer = broken.get("/api/cart")

    assert (answer.status_code, answer.mimetype) == (500, "application/problem+json")
    assert answer.get_json()["status"] == 500
    assert "canary" not in answer.text


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("POST", "/products", {"GET", "HEAD", "OPTIONS"}),
        ("GET", "/api/cart/items", {"POST", "OPTIONS"}),
    ],
)
def test_a_wrong_method_is_told_the_right_ones(
    client: FlaskClient, method: str, path: str, allowed: set[str]
) -> None:
    answer = client.open(path, method=method)
    assert answer.status_code == 405
    assert set(answer.headers["Allow"].split(", ")) == allowed
    kind = "application/problem+json" if path.startswith("/api/") else "text/html"
    assert answer.mimetype == kind


@pytest.mark.parametrize(("path", "way_on"), [("nothing", "/api/docs"), ("cart/items", "Allow")])
def test_the_api_says_how_to_go_on(client: FlaskClient, path: str, way_on: str) -> None:
    assert way_on in client.get(f"/api/{path}").get_json()["detail"]


def test_a_page_that_is_not_there_helps_to_find_it(client: FlaskClient) -> None:
    answer = client.get("/nothing")

    assert "<h1>There is no page here</h1>" in answer.text
    assert 'action="/search"' in answer.text
    assert answer.text.count("<main") == 1


@pytest.mark.parametrize(
    "host", ["evil.example", "localhost.evil.example", "", "a@localhost", "[::1"]
)
def test_a07_another_host_is_refused(client: FlaskClient, host: str) -> None:
    answer = client.get("/sign-in", headers={"Host": host})

    assert answer.status_code == 400
    assert "//evil" not in answer.text


def test_a07_a_forwarded_host_counts_only_behind_a_proxy(client: FlaskClient) -> None:
    make_product(slug="mug")
    page = client.get("/products/mug", headers={"X-Forwarded-Host": "evil.example"})

    assert page.status_code == 200
    assert "evil.example" not in page.text


def test_behind_a_proxy_its_word_counts(settings: Settings, app: Flask) -> None:
    shop = create_app(settings.model_copy(update={"proxy_hops": 1}))
    refused = shop.test_client().get("/healthz", headers={"X-Forwarded-Host": "evil.example"})

    assert refused.status_code == 400


def test_a_static_file_asked_for_by_hash_is_kept_for_good(client: FlaskClient) -> None:
    url = web.static_url("icon.svg")
    assert re.fullmatch(r"/static/icon\.svg\?v=[0-9a-f]{12}", url)

    kept = client.get(url, buffered=True).headers["Cache-Control"]
    assert {"public", "immutable", "max-age=31536000"} <= set(kept.split(", "))
    unnamed = client.get("/static/icon.svg", buffered=True).headers["Cache-Control"]
    assert "max-age=60" in unnamed
    assert "immutable" not in unnamed


def test_every_page_names_its_static_files_by_hash(client: FlaskClient) -> None:
    found = re.findall(r'(?:src|href)="(/static/[^"]+)"', client.get("/").text)

    assert found
    assert all("?v=" in url for url in found)
    assert {client.get(url, buffered=True).status_code for url in found} == {200}


def test_the_request_id_of_a_proxy_is_kept_when_it_is_one(client: FlaskClient) -> None:
    given = client.get("/healthz", headers={"X-Request-Id": "0123456789abcdef"})
    odd = client.get("/healthz", headers={"X-Request-Id": "<script>"})

    assert given.headers["X-Request-Id"] == "0123456789abcdef"
    assert re.fullmatch("[0-9a-f]{16}", odd.headers["X-Request-Id"])
