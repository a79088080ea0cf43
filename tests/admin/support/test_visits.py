"""Staff sees the shop as a customer does, and can change nothing meanwhile."""

from datetime import timedelta

import pytest
from flask import Flask

from shop.accounts import visits
from shop.accounts.models import AuditEntry, Role, SignInSession, User
from shop.db import commit, session, utcnow
from shop.orders.models import Order
from tests.accounts.factories import PASSWORD, make_user
from tests.admin.conftest import Open
from tests.admin.support.cast import Customer, make_customer
from tests.browser import Browser

STOP = "/admin/support/visit/end"


@pytest.fixture
def mara(app: Flask) -> Customer:
    return make_customer()


@pytest.fixture
def visitor(open_as: Open, mara: Customer) -> Browser:
    """Support, on a visit to Mara."""
    browser = open_as(Role.SUPPORT)
    answer = browser.post(f"{mara.url}/visit")
    assert (answer.status_code, answer.location) == (303, "/account")
    return browser


def acts() -> list[str]:
    found = [entry.act for entry in session.query(AuditEntry).order_by(AuditEntry.id)]
    session.rollback()
    return found


def test_every_page_is_the_customers_and_says_so(visitor: Browser, mara: Customer) -> None:
    for path in ("/", "/account", "/account/orders", "/account/licenses", "/cart", "/no-such-page"):
        page = visitor.get(path).text
        assert "you see the shop as mara@lindqvist.example" in page, path
    assert mara.number in visitor.get("/account/orders").text
    assert "you see the shop as" in visitor.get(mara.url).text  # in the back office too
    entry = session.query(AuditEntry).one()
    assert (entry.actor, entry.act) == ("support@staff.example", "customer.visit")


def test_nothing_unsafe_is_let_through(visitor: Browser, mara: Customer) -> None:
    for method, path in (
        ("POST", "/sign-out"), ("POST", "/cart/lines"), ("POST", "/account/email/confirmation"),
        ("POST", "/account/addresses"), ("POST", f"/orders/{mara.token}/invoice/buyer"),
        ("POST", f"{mara.url}/details"), ("POST", f"/admin/support/acts/suspend/{mara.bought.id}"),
        ("POST", f"/downloads/{mara.grant_token}/links"), ("DELETE", "/api/cart"),
        ("POST", "/api/cart/lines"), ("PATCH", "/account"), ("PUT", "/no-such-page"),
    ):  # fmt: skip
        answer = visitor.open(path, method=method, data={"reason": "x"})
        assert answer.status_code == 403, (path, answer.status_code)
    assert mara.bought.license.suspended_at is None
    session.rollback()
    assert acts().count("refused") == 12
    assert session.query(AuditEntry).filter_by(actor="support@staff.example").count() == 13
    assert session.query(SignInSession).count() == 1


def test_what_would_write_when_it_is_read_is_not_read(visitor: Browser, mara: Customer) -> None:
    assert visitor.get("/account/security").status_code == 403
    assert visitor.get(f"/downloads/{mara.grant_token}").status_code == 200
    order = session.get_one(Order, mara.bought.order_id)
    assert order.number in visitor.get(f"/orders/{mara.token}").text


def test_it_ends_by_a_button(visitor: Browser, mara: Customer) -> None:
    answer = visitor.post(STOP)
    assert (answer.status_code, answer.location) == (303, mara.url)
    assert "you see the shop as" not in visitor.get("/").text
    assert "/account/orders" in visitor.get("/account").text
    assert mara.number not in visitor.get("/account/orders").text
    assert acts() == ["customer.visit", "customer.visit_end"]
    assert visitor.post(STOP).location == "/admin/support/"


def test_it_ends_by_itself(
    visitor: Browser, mara: Customer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(visits, "LONGEST", -1)
    assert mara.number not in visitor.get("/account/orders").text


def test_it_ends_with_the_right_to_it(visitor: Browser, mara: Customer) -> None:
    session.query(User).filter_by(email="support@staff.example").one().role = Role.CATALOG
    commit()
    assert mara.number not in visitor.get("/account/orders").text
    assert visitor.get(mara.url).status_code == 403


def test_z03_never_as_somebody_of_the_staff(open_as: Open) -> None:
    for role in (Role.ADMIN, Role.FINANCE, Role.SUPPORT, Role.READ_ONLY):
        make_user(email=f"{role}@other.example", role=role)
    closed = make_user(email="closed@other.example", is_active=False)
    ids = [user.id for user in session.query(User)]
    browser = open_as(Role.SUPPORT)
    for id in ids:
        assert browser.post(f"/admin/support/people/{id}/visit").status_code == 403
    assert closed.id in ids
    session.rollback()
    assert acts() == ["refused"] * len(ids)
    assert "you see the shop as" not in browser.get("/account").text


def test_who_becomes_staff_is_visited_no_longer(visitor: Browser, mara: Customer) -> None:
    session.get_one(User, mara.user_id).role = Role.ADMIN
    commit()
    assert "you see the shop as" not in visitor.get("/account").text


def test_it_needs_a_fresh_confirmation(open_as: Open, mara: Customer) -> None:
    browser = open_as(Role.SUPPORT)
    session.query(SignInSession).one().confirmed_at = utcnow() - timedelta(hours=1)
    commit()
    answer = browser.post(f"{mara.url}/visit")
    assert answer.status_code == 403
    assert "confirm that it is you" in answer.text
    answer = browser.post(f"{mara.url}/visit", data={"confirm_password": PASSWORD})
    assert answer.location == "/account"


def test_others_may_not(open_as: Open, mara: Customer) -> None:
    for role in (Role.READ_ONLY, Role.FINANCE, Role.CATALOG, Role.CUSTOMER):
        assert open_as(role).post(f"{mara.url}/visit").status_code == 403
