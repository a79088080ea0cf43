import re

from flask import Flask

from shop.accounts import people
from shop.accounts.models import Role


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


def test_a_role_is_one_of_three(app: Flask) -> None:
    arguments = ["users", "create", "--email", "ops@example.com", "--role", "root"]
    assert app.test_cli_runner().invoke(args=arguments).exit_code == 2
