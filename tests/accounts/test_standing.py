"""Roles given and taken, accounts closed and opened: by whom, and what becomes of the sessions."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import func, select

from shop.accounts import people, tokens
from shop.accounts.access import Forbidden, demand
from shop.accounts.models import AuditEntry, MailedLink, Role, User
from shop.accounts.second_factor import factors
from shop.db import commit, session
from tests.accounts.factories import PASSWORD, make_user
from tests.accounts.mailbox import ask_for_reset, mails_to
from tests.accounts.second_factors import is_signed_in, make_guarded
from tests.browser import Browser
from tests.catalog.race import race

Act = Callable[[User, User], None]


@pytest.fixture
def admin(app: Flask) -> User:
    return make_user(role=Role.ADMIN)


@pytest.fixture
def user(client: Browser, admin: User) -> User:
    """Support, at work."""
    user = make_user(role=Role.SUPPORT)
    client.sign_in(user.email, PASSWORD)
    return user


def entries() -> list[tuple[str, ...]]:
    rows = session.execute(
        select(AuditEntry.act, AuditEntry.subject, AuditEntry.reason).order_by(AuditEntry.id)
    )
    return [tuple(row) for row in rows]


def test_z04_a_role_that_is_taken_away_ends_the_session(
    client: Browser, user: User, admin: User
) -> None:
    assert is_signed_in(client)
    people.change_role(user, Role.CUSTOMER, admin, "left us")
    assert not is_signed_in(client)
    client.sign_in(user.email, PASSWORD)
    with client:
        client.get("/account")
        with pytest.raises(Forbidden):
            demand(Role.SUPPORT)


def test_z04_more_rights_need_a_new_sign_in_too(client: Browser, user: User, admin: User) -> None:
    people.change_role(user, Role.ADMIN, admin)
    assert not is_signed_in(client)


def test_z04_a_disabled_person_is_out_at_once_and_comes_back_by_signing_in(
    client: Browser, user: User, admin: User
) -> None:
    people.disable(user, admin, "lost laptop")
    assert not is_signed_in(client)
    assert client.sign_in(user.email, PASSWORD).status_code == 422
    people.enable(user, admin, "found it")
    assert not is_signed_in(client), "the old cookie must stay worth nothing"
    assert client.sign_in(user.email, PASSWORD).status_code == 303
    assert entries() == [
        ("user.disable", f"user:{user.id}", "lost laptop"),
        ("user.enable", f"user:{user.id}", "found it"),
    ]


def test_links_and_tokens_of_a_disabled_person_are_worth_nothing(
    client: Browser, other_client: Browser, user: User, admin: User
) -> None:
    secret = tokens.create(user, "Build server")
    ask_for_reset(other_client, user.email)
    people.disable(user, admin)
    commit()
    assert session.scalar(select(MailedLink.id)) is None
    other_client.has_token = False
    headers = {"Authorization": f"Bearer {secret}"}
    assert other_client.get("/api/me", headers=headers).status_code == 401


def test_a_change_of_role_is_written_down(user: User, admin: User) -> None:
    people.change_role(user, Role.FINANCE, admin, " does the books ")
    [entry] = session.scalars(select(AuditEntry))
    assert (entry.act, entry.subject) == ("user.role", f"user:{user.id}")
    assert (entry.reason, entry.data) == (
        "does the books",
        {"before": "support", "after": "finance"},
    )
    (mail,) = mails_to(user.email)
    assert "is finance from now on" in mail.text


def test_what_changes_nothing_is_no_act(client: Browser, user: User, admin: User) -> None:
    people.change_role(user, Role.SUPPORT, admin)
    people.enable(user, admin)
    assert is_signed_in(client)
    assert entries() == []
    assert mails_to(user.email) == []


def to_customer(user: User, by: User) -> None:
    people.change_role(user, Role.CUSTOMER, by)


@pytest.mark.parametrize("act", [to_customer, people.disable])
def test_the_last_admin_stays(admin: User, act: Act) -> None:
    make_user(role=Role.ADMIN, is_active=False)
    with pytest.raises(people.LastAdmin):
        act(admin, make_user(role=Role.SUPPORT))
    assert (admin.role, admin.is_active) == (Role.ADMIN, True)
    act(admin, make_user(role=Role.ADMIN))
    assert entries()


@pytest.mark.parametrize(
    "act", [to_customer, people.disable, people.enable, people.reset_second_factor]
)
def test_z03_nobody_does_it_to_themselves(admin: User, act: Act) -> None:
    make_user(role=Role.ADMIN)
    with pytest.raises(people.YourOwnAccount):
        act(admin, admin)


@pytest.mark.parametrize("act", [to_customer, people.disable])
def test_two_admins_do_not_remove_each_other(either_app: Flask, act: Act) -> None:
    ids = [make_user(role=Role.ADMIN).id for _ in range(2)]
    commit()

    def contend(number: int) -> bool:
        act(session.get_one(User, ids[number]), session.get_one(User, ids[1 - number]))
        return True

    results = race(either_app, 2, contend)
    assert sorted(type(result).__name__ for result in results) == ["LastAdmin", "bool"]
    admins = select(func.count()).where(User.role == Role.ADMIN, User.is_active)
    assert session.scalar(admins) == 1


def test_a_second_factor_can_be_reset_for_somebody(
    client: Browser, admin: User, other_client: Browser
) -> None:
    user = make_guarded(client, role=Role.SUPPORT)
    people.reset_second_factor(user, admin, "phone in the lake")
    assert not is_signed_in(client)
    assert not factors.is_set(user)
    assert entries() == [("user.reset_second_factor", f"user:{user.id}", "phone in the lake")]
    assert mails_to(user.email)[-1].subject == "Your second factor was removed"
    with pytest.raises(people.NoSecondFactor):
        people.reset_second_factor(user, admin)
