"""Row A10: outside development nobody works in the back office with a password alone."""

from collections.abc import Iterator

import pytest
from flask import Flask
from flask_login import login_user
from werkzeug.exceptions import HTTPException

from shop.accounts import demo
from shop.accounts.access import demand_second_factor
from shop.accounts.models import Role, User
from shop.config import Settings, load
from shop.db import session
from tests.accounts.factories import PASSWORD, make_user
from tests.accounts.second_factors import code_of, make_guarded, set_up
from tests.browser import Browser

STAFF = sorted(set(Role) - {Role.CUSTOMER})


@pytest.fixture
def required(app: Flask, settings: Settings) -> Iterator[None]:
    app.extensions["settings"] = settings.model_copy(update={"staff_second_factor": "required"})
    yield
    app.extensions["settings"] = settings


def led_to(app: Flask, user: User, path: str = "/admin/orders?page=2", method: str = "GET") -> str:
    """Where somebody is led who opens a page of the back office; nowhere when it opens."""
    with app.app_context(), app.test_request_context(path, method=method):
        login_user(session.merge(user))
        try:
            demand_second_factor()
        except HTTPException as led:
            return led.get_response().headers["Location"]
    return ""


@pytest.mark.parametrize("role", STAFF)
@pytest.mark.usefixtures("required")
def test_a10_staff_without_one_sets_one_up_first(app: Flask, role: Role) -> None:
    there = "/account/security/second-factor?next=/admin/orders?page%3D2"
    assert led_to(app, make_user(role=role)) == there
    assert led_to(app, make_user(role=role), method="POST") == "/account/security/second-factor"


@pytest.mark.usefixtures("required")
def test_a10_one_that_is_not_finished_does_not_count(app: Flask, client: Browser) -> None:
    user = make_user(role=Role.ADMIN)
    client.sign_in(user.email, PASSWORD)
    client.post("/account/security/second-factor", data={"password": PASSWORD})
    assert led_to(app, user)


@pytest.mark.usefixtures("required")
def test_with_one_the_back_office_opens(app: Flask, client: Browser) -> None:
    assert led_to(app, make_guarded(client, role=Role.SUPPORT)) == ""


def test_in_development_demo_staff_gets_in_with_its_password(app: Flask) -> None:
    assert led_to(app, demo.create_demo_accounts()[Role.ADMIN]) == ""


@pytest.mark.parametrize(
    ("given", "is_needed"),
    [
        ({}, False),
        ({"staff_second_factor": "required"}, True),
        ({"env": "production"}, True),
        ({"env": "production", "staff_second_factor": "optional"}, False),
    ],
)
def test_the_setting_decides(given: dict[str, str], *, is_needed: bool) -> None:
    safe = {"secret_key": "s" * 40, "stripe_webhook_secret": "whsec_" + "s" * 40}
    assert load(_env_file=None, **safe, **given).staff_needs_second_factor is is_needed


@pytest.mark.usefixtures("required")
def test_setting_it_up_leads_back_to_the_page_that_was_wanted(client: Browser) -> None:
    user = make_user(role=Role.ADMIN)
    client.sign_in(user.email, PASSWORD)
    there = "/admin/orders?page=2"
    page = client.get("/account/security/second-factor", query_string={"next": there}).text
    assert f'name="next" type="hidden" value="{there}"' in page
    begun = client.post(
        "/account/security/second-factor", data={"password": PASSWORD, "next": there}
    )
    assert f'value="{there}"' in client.get(begun.location).text
    done = client.post(
        "/account/security/second-factor/app", data={"code": code_of(user), "next": there}
    )
    assert f'href="{there}"' in done.text


@pytest.mark.usefixtures("required")
def test_customers_are_not_bothered(client: Browser) -> None:
    user = make_user()
    assert client.sign_in(user.email, PASSWORD).location == "/account"
    assert set_up(client, user)


@pytest.mark.usefixtures("required")
def test_a10_no_page_of_the_back_office_opens_before(client: Browser) -> None:
    user = make_user(role=Role.ADMIN)
    client.sign_in(user.email, PASSWORD)
    opened = client.get("/admin/")
    assert (opened.status_code, opened.location) == (
        303,
        "/account/security/second-factor?next=/admin/",
    )
    set_up(client, user)
    assert client.get("/admin/").status_code == 200
