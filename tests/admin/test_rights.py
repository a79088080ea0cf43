"""Z01: every route of the back office by every role. What is not in the table opens to nobody."""

from typing import Any

import pytest
from flask import Flask
from werkzeug.routing import Rule

from shop.accounts.models import AuditEntry, Role, User
from shop.accounts.permissions import PERMISSIONS
from shop.admin import gate, rights
from shop.db import session
from tests.admin.conftest import Open
from tests.browser import Browser, open_browser

STAFF = [role for role in Role if role != Role.CUSTOMER]

KNOWN_VALUES = {"export_type": "csv", "act": "closing", "words": "own"}


def rules(app: Flask) -> list[Rule]:
    return [rule for rule in app.url_map.iter_rules() if gate.is_back_office(rule.rule)]


def test_every_route_has_an_entry(app: Flask) -> None:
    assert len(rules(app)) > 10
    assert [r.endpoint for r in rules(app) if rights.needed(r.endpoint) is None] == []


def test_every_entry_has_a_route(app: Flask) -> None:
    served = {rule.endpoint for rule in rules(app)}
    assert set(rights.ROUTES) <= served
    assert {f"{view}.index_view" for view in rights.RECORDS} <= served


def calls(app: Flask) -> list[tuple[str, str, str]]:
    """Endpoint, method and address of each; ids that nobody has."""
    found = []
    for rule in rules(app):
        values: dict[str, Any] = {name: KNOWN_VALUES.get(name, 987654) for name in rule.arguments}
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            with app.test_request_context():
                found.append((rule.endpoint, method, app.url_for(rule.endpoint, **values)))
    return found


def status_of(browser: Browser, method: str, url: str) -> int:
    url = "/" + url.split("/", 3)[3] if url.startswith("http") else url
    return browser.open(url, method=method).status_code


@pytest.mark.parametrize("role", STAFF)
def test_z01_staff_get_what_the_table_says(app: Flask, open_as: Open, role: Role) -> None:
    browser = open_as(role)
    for endpoint, method, url in calls(app):
        allowed = rights.needed(endpoint) in PERMISSIONS[role]
        status = status_of(browser, method, url)
        assert (status != 403) == allowed, (endpoint, method, status)
        assert status < 500, (endpoint, method, status)


def test_z01_customers_and_visitors_get_nothing(app: Flask, open_as: Open) -> None:
    customer, visitor = open_as(Role.CUSTOMER), open_browser(app)
    for endpoint, method, url in calls(app):
        assert status_of(customer, method, url) == 403, endpoint
        assert status_of(visitor, method, url) == 303, endpoint


def test_a_route_without_entry_opens_to_nobody(app: Flask) -> None:
    assert rights.needed("admin_orders.brand_new") is None
    assert rights.needed("admin_brand_new.index_view") is None


def test_z04_a_role_that_is_taken_away_counts_at_once(open_as: Open) -> None:
    browser = open_as(Role.ADMIN)
    assert browser.get("/admin/").status_code == 200
    user = session.query(User).one()
    user.role = Role.CUSTOMER
    session.commit()

    assert browser.get("/admin/").status_code == 403


def test_what_is_refused_is_audited(open_as: Open) -> None:
    browser = open_as(Role.SUPPORT)
    assert browser.get("/admin/audit/").status_code == 403

    (entry,) = session.query(AuditEntry).all()
    assert (entry.actor, entry.act) == ("support@staff.example", "refused")
    assert entry.data == {"refused": "admin_audit.index_view", "method": "GET"}
