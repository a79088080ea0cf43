import pytest
from flask import Flask

from shop.accounts.models import Role
from shop.checkout.seeds import seed_checkout
from shop.db import commit
from tests.admin.conftest import Open
from tests.browser import Browser


@pytest.fixture
def app(app: Flask) -> Flask:
    """With delivery methods and tax rates."""
    seed_checkout()
    commit()
    return app


@pytest.fixture
def admin(open_as: Open) -> Browser:
    return open_as(Role.ADMIN)
