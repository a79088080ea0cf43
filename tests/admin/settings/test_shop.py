"""The form of the shop's settings."""

import re
from html import unescape
from typing import Any

import pytest
from flask import Flask

from shop import config
from shop.accounts.models import AuditEntry, Role
from shop.catalog.models import Kind
from shop.db import session
from shop.mail.models import Mail
from shop.preferences.models import Preference
from tests.admin.conftest import Open
from tests.admin.orders.desk import paid_order
from tests.browser import Browser

URL = "/admin/shop/"


@pytest.fixture
def browser(open_as: Open) -> Browser:
    return open_as(Role.ADMIN)


def form(**given: Any) -> dict[str, Any]:
    usual = {
        "shop_name": "Mara's maps",
        "contact_email": "mara@maps.example",
        "seller_address": "Lindenweg 4, 10115 Berlin",
        "seller_vat_id": "DE1",
        "grace_days": "3",
        "imprint": "Mara Lindner",
    }
    return usual | given


def seen_on(page: str) -> str:
    found = re.search(r'name="seen" value="(\w+)"', page)
    assert found
    return found[1]


def save(browser: Browser, **given: Any) -> Any:
    return browser.post(URL, data=form(seen=seen_on(browser.get(URL).text)) | given)


def test_the_whole_shop_follows(browser: Browser) -> None:
    assert save(browser).status_code == 303
    page = unescape(browser.get("/cart").text)
    assert "Mara's maps" in page
    assert "mailto:mara@maps.example" in page
    assert '<a href="/legal/imprint">Imprint</a>' in page
    settings = config.current()
    assert (settings.grace_days, settings.dispute_suspends) == (3, False)
    paid_order(Kind.DIGITAL)
    mail = session.query(Mail).one()
    signed = "Mara's maps\nmara@maps.example\nLindenweg 4, 10115 Berlin\n"
    assert mail.text.endswith(signed)
    assert "mailto:mara@maps.example" in mail.html


def test_a_change_is_audited_with_before_and_after(browser: Browser) -> None:
    save(browser)
    save(browser, shop_name="Maps")
    first, second = session.query(AuditEntry).filter_by(act="shop.update")
    assert first.data["changed"]["shop_name"] == ["Keystall", "Mara's maps"]
    assert second.data == {"changed": {"shop_name": ["Mara's maps", "Maps"]}}
    assert second.actor == "admin@staff.example"
    save(browser, shop_name="Maps")
    assert session.query(AuditEntry).filter_by(act="shop.update").count() == 2


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"shop_name": " "}, "A shop needs a name."),
        ({"contact_email": "mara"}, "Check the e-mail address"),
        ({"grace_days": "61"}, "A number of days from 0 to 60."),
        ({"grace_days": ""}, "A number of days from 0 to 60."),
    ],
)
def test_errors_stand_beside_their_field(
    browser: Browser, given: dict[str, str], said: str
) -> None:
    answer = save(browser, **given)
    [field] = given
    assert answer.status_code == 422
    assert said in answer.text.split(f'id="{field}-error"')[1].split("</p>")[0]
    assert "Lindenweg 4" in answer.text
    assert session.query(Preference).filter(Preference.value.is_not(None)).count() == 0


def test_two_editors_are_told_of_each_other(browser: Browser) -> None:
    seen = seen_on(browser.get(URL).text)
    save(browser, shop_name="The first")
    answer = browser.post(URL, data=form(shop_name="The second", seen=seen))
    assert answer.status_code == 409
    assert "The first" in answer.text
    assert 'value="The second"' in answer.text
    again = form(shop_name="The second", seen=seen_on(answer.text))
    assert browser.post(URL, data=again).status_code == 303


def test_what_the_environment_says_is_shown_and_stays(browser: Browser, app: Flask) -> None:
    before = app.extensions["settings"]
    fixed = before.model_copy(update={"shop_name": "Fixed"})
    fixed.model_fields_set.add("shop_name")
    app.extensions["settings"] = fixed
    try:
        page = browser.get(URL).text
        assert "SHOP_SHOP_NAME" in page
        assert 'name="shop_name"' not in page
        assert save(browser).status_code == 303
        assert config.current().shop_name == "Fixed"
        assert config.current().contact == "mara@maps.example"
    finally:
        app.extensions["settings"] = before


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMIN])
def test_others_than_admins_do_not_come_in(open_as: Open, role: Role) -> None:
    other = open_as(role)
    assert other.get(URL).status_code == 403
    assert other.post(URL, data=form()).status_code == 403
    assert session.query(Preference).count() == 0
