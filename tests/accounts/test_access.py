from collections.abc import Callable

import pytest
from flask import Flask
from flask_login import login_user
from werkzeug.exceptions import HTTPException

from shop.accounts.access import Forbidden, SignInRequired, demand, required_role
from shop.accounts.models import Role
from tests.accounts.factories import make_user

STAFF = (Role.SUPPORT, Role.ADMIN)


def passes(app: Flask, role: Role | None, act: Callable[[], object], path: str = "/admin/") -> bool:
    """:raises Exception: whatever stopped them."""
    user = make_user(role=role) if role else None
    with app.app_context(), app.test_request_context(path):
        if user:
            login_user(user)
        act()
    return True


@pytest.mark.parametrize("role", list(Role))
def test_without_a_role_anybody_signed_in_passes(app: Flask, role: Role) -> None:
    assert passes(app, role, demand)


@pytest.mark.parametrize("role", STAFF)
def test_each_named_role_passes(app: Flask, role: Role) -> None:
    assert passes(app, role, lambda: demand(*STAFF))


def test_another_role_is_forbidden_in_words(app: Flask) -> None:
    with pytest.raises(Forbidden, match="It needs the role support or admin") as caught:
        passes(app, Role.CUSTOMER, lambda: demand(*STAFF))
    assert caught.value.status == 403


def test_support_is_no_admin(app: Flask) -> None:
    with pytest.raises(Forbidden):
        passes(app, Role.SUPPORT, lambda: demand(Role.ADMIN))


def test_a_visitor_of_a_page_is_led_to_sign_in_and_back(app: Flask) -> None:
    with pytest.raises(HTTPException) as caught:
        passes(app, None, demand, "/admin/orders?page=2")
    response = caught.value.get_response()
    assert response.status_code == 303
    assert response.headers["Location"] == "/sign-in?next=/admin/orders?page%3D2"


def test_a_visitor_of_the_api_gets_401(app: Flask) -> None:
    with pytest.raises(SignInRequired) as caught:
        passes(app, None, demand, "/api/me")
    assert caught.value.status == 401


def test_the_decorator_guards_and_hands_through(app: Flask) -> None:
    @required_role(Role.ADMIN)
    def view(page: int) -> str:
        return f"page {page}"

    assert view.__name__ == "view"
    assert passes(app, Role.ADMIN, lambda: view(page=2))
    with pytest.raises(Forbidden):
        passes(app, Role.CUSTOMER, lambda: view(page=2))
