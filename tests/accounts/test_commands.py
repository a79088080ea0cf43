import re

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import select

from shop.accounts import people
from shop.accounts.models import AuditEntry, Role
from shop.accounts.second_factor import factors
from shop.db import session
from tests.accounts.factories import make_user
from tests.accounts.second_factors import is_signed_in, make_guarded
from tests.browser import Browser


def users(app: Flask, *arguments: str) -> Result:
    return app.test_cli_runner().invoke(args=["users", *arguments])


def test_create_prints_a_password_that_signs_in(app: Flask) -> None:
    arguments = ["users", "create", "--email", "ops@example.com", "--role", "admin"]
    result = app.test_cli_runner().invoke(args=arguments)
    assert result.exit_code == 0, result.output
    found = re.search(r"^Password: (\S+)$", result.output, re.MULTILINE)
    assert found
    user = people.identify("ops@example.com", found[1])
    assert user
    assert user.role == Role.ADMIN


def test_an_address_that_is_taken_is_said(app: Flask) -> None:
    arguments = ["users", "create", "--email", "ops@example.com"]
    app.test_cli_runner().invoke(args=arguments)
    result = app.test_cli_runner().invoke(args=arguments)
    assert result.exit_code == 1
    assert "ops@example.com has an account already." in result.output


def test_a_role_is_one_of_ours(app: Flask) -> None:
    arguments = ["users", "create", "--email", "ops@example.com", "--role", "root"]
    assert app.test_cli_runner().invoke(args=arguments).exit_code == 2


def test_the_acts_on_one_account(app: Flask, client: Browser) -> None:
    user = make_guarded(client)
    email = user.email
    assert users(app, "role", email, "support", "--reason", "hired").exit_code == 0
    assert not is_signed_in(client)
    assert users(app, "reset-second-factor", email.upper()).exit_code == 0
    assert users(app, "disable", email).exit_code == 0
    session.refresh(user)
    assert (user.role, user.is_active, factors.is_set(user)) == (Role.SUPPORT, False, False)
    assert users(app, "enable", email).output == f"{email} may sign in.\n"
    session.refresh(user)
    assert user.is_active
    rows = session.execute(select(AuditEntry.act, AuditEntry.actor).order_by(AuditEntry.id))
    assert [tuple(row) for row in rows] == [
        (f"user.{act}", "system") for act in ("role", "reset_second_factor", "disable", "enable")
    ]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("disable", "boss@example.com"), "This is the last admin."),
        (("role", "boss@example.com", "support"), "This is the last admin."),
        (("reset-second-factor", "boss@example.com"), "has no second factor"),
        (("enable", "nobody@example.com"), "Nobody has an account with nobody@example.com."),
    ],
)
def test_what_cannot_be_done_is_said(app: Flask, arguments: tuple[str, ...], words: str) -> None:
    make_user(email="boss@example.com", role=Role.ADMIN)
    result = users(app, *arguments)
    assert result.exit_code == 1
    assert words in result.output
