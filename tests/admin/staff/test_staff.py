"""Roles given and taken, with a reason, a fresh proof and an audit entry."""

import pytest
from sqlalchemy import select

from shop.accounts.models import AuditEntry, Role, SignInSession, User
from shop.db import session
from tests.accounts.factories import PASSWORD, make_user
from tests.admin.conftest import Open
from tests.browser import Browser


@pytest.fixture
def admin(open_as: Open) -> Browser:
    """One who has just proved who is there."""
    browser = open_as(Role.ADMIN)
    browser.post("/confirm", data={"confirm_password": PASSWORD})
    return browser


def acts() -> list[tuple[str, str]]:
    entries = session.scalars(select(AuditEntry).order_by(AuditEntry.id))
    return [(entry.act, entry.reason) for entry in entries]


def role_of(user: User) -> Role | None:
    return session.scalar(select(User.role).where(User.id == user.id))


def test_a_role_is_given_and_taken(admin: Browser) -> None:
    user = make_user(email="sam@example.com")
    form = {"email": "SAM@example.com", "role": "support", "reason": "joins on Monday"}
    assert admin.post("/admin/staff/inviting", data=form).status_code == 303
    assert role_of(user) == Role.SUPPORT
    assert "sam@example.com" in admin.get("/admin/staff/").text

    taken = admin.post(f"/admin/staff/{user.id}/role", data={"role": "customer", "reason": "left"})
    assert taken.status_code == 303
    assert role_of(user) == Role.CUSTOMER
    page = admin.get("/admin/staff/?search=sam")
    assert "Nothing matches" in page.text
    assert acts() == [("user.role", "joins on Monday"), ("user.role", "left")]


def test_z04_who_loses_a_role_is_out_at_once(admin: Browser, open_as: Open) -> None:
    support = open_as(Role.SUPPORT)
    user = session.scalars(User.with_email("support@staff.example")).one()
    assert support.get("/admin/").status_code == 200

    admin.post(f"/admin/staff/{user.id}/role", data={"role": "customer", "reason": "left"})
    assert support.get("/admin/").status_code == 303
    assert "/sign-in" in support.get("/admin/").headers["Location"]


@pytest.mark.parametrize("act", ["closing", "sessions"])
def test_an_account_is_closed_or_signed_out(admin: Browser, open_as: Open, act: str) -> None:
    support = open_as(Role.SUPPORT)
    user = session.scalars(User.with_email("support@staff.example")).one()
    answer = admin.post(f"/admin/staff/{user.id}/{act}", data={"reason": "lost laptop"})
    assert answer.status_code == 303
    assert support.get("/admin/").status_code == 303
    session.expire_all()
    assert user.is_active == (act != "closing")
    assert "lost laptop" in admin.get("/admin/audit/").text


def test_without_a_reason_nothing_happens(admin: Browser) -> None:
    user = make_user(role=Role.SUPPORT)
    answer = admin.post(f"/admin/staff/{user.id}/role", data={"role": "admin", "reason": " "})
    assert answer.status_code == 422
    assert "Say why; it is kept in the audit log." in answer.text
    session.expire_all()
    assert user.role == Role.SUPPORT


def test_nobody_changes_their_own_role(admin: Browser) -> None:
    me = session.scalars(User.with_email("admin@staff.example")).one()
    make_user(role=Role.ADMIN)
    answer = admin.post(f"/admin/staff/{me.id}/role", data={"role": "finance", "reason": "x"})
    assert answer.status_code == 409
    session.expire_all()
    assert me.role == Role.ADMIN


def test_a_role_asks_for_a_fresh_proof(open_as: Open) -> None:
    stale = open_as(Role.ADMIN)
    for row in session.scalars(select(SignInSession)):
        row.confirmed_at = None
    user = make_user(role=Role.SUPPORT)
    answer = stale.post(f"/admin/staff/{user.id}/role", data={"role": "admin", "reason": "x"})
    session.expire_all()
    assert user.role == Role.SUPPORT
    assert "confirm_password" in answer.text


@pytest.mark.parametrize("role", [Role.SUPPORT, Role.FINANCE, Role.CATALOG, Role.READ_ONLY])
def test_z03_nobody_else_gives_roles(open_as: Open, role: Role) -> None:
    browser = open_as(role)
    me = session.scalars(User.with_email(f"{role}@staff.example")).one()
    for url in (
        f"/admin/staff/{me.id}/role",
        "/admin/staff/inviting",
        f"/admin/staff/{me.id}/opening",
    ):
        form = {"role": "admin", "reason": "x", "email": f"{role}@staff.example"}
        assert browser.post(url, data=form).status_code == 403
    session.expire_all()
    assert me.role == role
    assert ("refused", "") in acts()


def test_customers_are_no_staff(admin: Browser) -> None:
    user = make_user(email="mara@example.com")
    assert "mara@example.com" not in admin.get("/admin/staff/").text
    assert admin.get(f"/admin/staff/{user.id}").status_code == 404
