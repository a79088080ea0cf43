"""Staff in their browsers."""

from collections.abc import Callable

import pytest
from flask import Flask

from shop.accounts.models import Role
from tests.accounts.factories import PASSWORD, make_user
from tests.browser import Browser, open_browser

Open = Callable[[Role], Browser]


@pytest.fixture
def open_as(app: Flask) -> Open:
    """A browser in which somebody of this role is signed in."""

    def open_(role: Role) -> Browser:
        make_user(email=f"{role}@staff.example", role=role, name="Ada Staff")
        browser = open_browser(app)
        browser.sign_in(f"{role}@staff.example", PASSWORD)
        return browser

    return open_
