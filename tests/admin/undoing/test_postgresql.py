"""What is looked at is locked, and compared, on PostgreSQL too."""

from collections.abc import Callable

import pytest
from flask import Flask

from shop.accounts.models import Role
from shop.db import commit
from tests.accounts.factories import PASSWORD, make_user
from tests.admin.undoing import acts, order_acts
from tests.admin.undoing.acts import Act
from tests.admin.undoing.pressing import after, press, undo_on
from tests.browser import Browser, open_browser

MAKERS = (acts.product, acts.rules, order_acts.unpack)


@pytest.mark.parametrize("make", MAKERS)
def test_it_is_undone(postgres_app: Flask, make: Callable[[Browser], Act]) -> None:
    make_user(email="ada@staff.example", role=Role.ADMIN)
    browser = open_browser(postgres_app)
    browser.sign_in("ada@staff.example", PASSWORD)
    act = make(browser)
    before = act.state()
    commit()
    undo = undo_on(after(browser, act.do()))
    assert "Undone: it is as it was." in press(browser, undo)
    assert act.state() == before
