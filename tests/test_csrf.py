"""Row A09: no other site can make a visitor's browser change anything here.

The routes are read from the application, so a new one is covered when it appears.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from werkzeug.routing import AnyConverter, IntegerConverter, Rule

from shop import web
from shop.accounts.models import Role
from shop.db import SAFE_METHODS
from tests.accounts.factories import PASSWORD, make_user
from tests.browser import Browser, open_browser
from tests.queries import count_queries

PROVES_ITS_CALLER_OTHERWISE = {
    ("POST", "/api/webhook"),
    ("POST", "/api/create-checkout-session"),
    *(("POST", f"/api/licenses/{act}") for act in ("validate", "activate", "deactivate", "file")),
}
WRITES = ("INSERT", "UPDATE", "DELETE")

Call = tuple[str, str]


@pytest.fixture(autouse=True)
def _guard(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """As in production, whatever another test did to the shared application."""
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", value=True)
    monkeypatch.setitem(app.config, "WTF_CSRF_METHODS", {"POST", "PUT", "PATCH", "DELETE"})


@pytest.fixture
def visitor(app: Flask) -> Browser:
    """Has seen a form, but what it sends comes from elsewhere."""
    browser = open_browser(app)
    browser.get("/api/csrf")
    browser.has_token = False
    return browser


@pytest.fixture
def customer(app: Flask) -> Browser:
    browser = open_browser(app)
    browser.sign_in(make_user().email, PASSWORD)
    browser.has_token = False
    return browser


def dummy(rule: Rule, name: str) -> Any:
    converter = rule._converters[name]
    if isinstance(converter, AnyConverter):
        return min(converter.items)
    return 1 if isinstance(converter, IntegerConverter) else "x"


def calls(app: Flask) -> Iterator[Call]:
    """Every method and address, with something in place of each variable part."""
    addresses = app.url_map.bind("localhost")
    for rule in app.url_map.iter_rules():
        values = {name: dummy(rule, name) for name in rule.arguments}
        for method in rule.methods or ():
            yield method, addresses.build(rule.endpoint, values, method)


def unsafe_calls(app: Flask) -> list[Call]:
    found = sorted(call for call in calls(app) if call[0] not in SAFE_METHODS)
    assert len(found) >= 20
    return [call for call in found if call not in PROVES_ITS_CALLER_OTHERWISE]


def not_refused(browser: Browser, **request: Any) -> list[tuple[str, str, int]]:
    answers = [
        (method, address, browser.open(address, method=method, **request).status_code)
        for method, address in unsafe_calls(browser.application)
    ]
    return [answer for answer in answers if answer[2] != 400]


def test_a09_without_a_token(visitor: Browser, customer: Browser) -> None:
    assert not_refused(visitor) == []
    assert not_refused(customer) == []


def test_m04_the_back_office_without_a_token(app: Flask) -> None:
    """Forms, removals, actions on many: all of it, by somebody who may."""
    admin = open_browser(app)
    admin.sign_in(make_user(role=Role.ADMIN).email, PASSWORD)
    admin.has_token = False
    office = [address for _method, address in unsafe_calls(app) if address.startswith("/admin/")]
    for kind in ("/new/", "/edit", "/removal", "/action/"):
        assert any(kind in f"{address}/" for address in office), kind
    assert not_refused(admin) == []


@pytest.mark.parametrize("token", ["", "x", "null", "IjAwIg.aaaaaa.bbbbbbbbbbbbbbbbbbbbbbbbbbb"])
def test_a09_with_a_wrong_token(customer: Browser, token: str) -> None:
    assert not_refused(customer, data={"csrf_token": token}) == []
    assert not_refused(customer, headers={"X-CSRFToken": token}) == []


def test_a09_with_the_token_of_another_session(customer: Browser, app: Flask) -> None:
    token = open_browser(app).get("/api/csrf").get_json()["token"]
    assert not_refused(customer, headers={"X-CSRFToken": token}) == []


def test_a09_with_the_token_in_the_address(customer: Browser) -> None:
    token = customer.get("/api/csrf").get_json()["token"]
    assert not_refused(customer, query_string={"csrf_token": token}) == []


def test_a09_json_as_a_form_of_another_site_can_send_it(customer: Browser) -> None:
    for content_type in ("text/plain", "application/x-www-form-urlencoded"):
        body = b'{"price_id": 1, "quantity": 1}'
        assert not_refused(customer, data=body, content_type=content_type) == []


def test_a09_another_scheme_than_bearer_proves_nothing(customer: Browser) -> None:
    for header in ("Basic eDp4", "bearer", "Bearer", "Digest x"):
        assert not_refused(customer, headers={"Authorization": header}) == []


def test_a09_a_safe_method_stays_safe(customer: Browser, app: Flask) -> None:
    """Neither a header nor a field turns a GET into something else, and no GET writes."""
    override = {"X-HTTP-Method-Override": "DELETE", "X-HTTP-Method": "DELETE"}
    addresses = sorted({address for method, address in calls(app) if method == "GET"})
    with count_queries() as queries:
        for address in addresses:
            customer.get(
                address, headers=override, query_string={"_method": "DELETE"}, buffered=True
            )
    assert [query for query in queries if query.startswith(WRITES)] == []


def test_the_list_of_exceptions_is_the_shops(app: Flask) -> None:
    open_doors = {
        (method, rule.rule)
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - SAFE_METHODS
        if web.is_exempt(rule.endpoint)
    }
    assert open_doors == PROVES_ITS_CALLER_OTHERWISE


def test_with_its_token_a_page_is_heard(customer: Browser) -> None:
    token = customer.get("/api/csrf").get_json()["token"]
    assert customer.post("/sign-out", data={"csrf_token": token}).status_code == 303


def test_an_old_tab_loses_nothing_that_was_typed(visitor: Browser) -> None:
    ours = {"Sec-Fetch-Site": "same-origin"}
    secrets = {"password": "correct horse", "current": "battery", "current_password": "staple"}
    typed = {"email": "ada@example.org", "name": '</textarea>"Ada"', **secrets}
    answer = visitor.post("/checkout/contact?from=mail", data=typed, headers=ours)
    assert answer.status_code == 400
    assert 'action="/checkout/contact?from=mail"' in answer.text
    assert "ada@example.org</textarea>" in answer.text
    assert "&lt;/textarea&gt;&#34;Ada&#34;</textarea>" in answer.text
    for name, secret in secrets.items():
        assert secret not in answer.text
        assert f'name="{name}" type="password"' in answer.text


@pytest.mark.parametrize("site", ["cross-site", "same-site", "none", ""])
def test_what_another_site_typed_does_not_wait_for_a_click(visitor: Browser, site: str) -> None:
    data = {"email": "mallory@example.org"}
    answer = visitor.post("/checkout/contact", data=data, headers={"Sec-Fetch-Site": site})
    assert answer.status_code == 400
    assert data["email"] not in answer.text
