import pytest
from flask import Flask

from shop.accounts.models import Role
from shop.checkout.seeds import seed_checkout
from shop.db import commit
from tests.admin.conftest import Open
from tests.browser import Browser
from tests.checkout.buyer import Buyer, open_buyer


@pytest.fixture
def app(app: Flask) -> Flask:
    """With delivery methods and tax rates."""
    seed_checkout()
    commit()
    return app


@pytest.fixture
def staff(open_as: Open) -> Browser:
    return open_as(Role.SUPPORT)


@pytest.fixture
def buyer(app: Flask) -> Buyer:
    return open_buyer(app)
