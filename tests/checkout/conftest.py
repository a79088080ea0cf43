import pytest
from flask import Flask

from shop.checkout.seeds import seed_checkout
from shop.db import commit
from tests.checkout.buyer import Buyer, open_buyer


@pytest.fixture
def app(app: Flask) -> Flask:
    """With delivery methods and tax rates."""
    seed_checkout()
    commit()
    return app


@pytest.fixture
def racing_app(either_app: Flask) -> Flask:
    """The same on SQLite and on PostgreSQL: what one forgives, the other shows."""
    seed_checkout()
    commit()
    return either_app


@pytest.fixture
def buyer(app: Flask) -> Buyer:
    return open_buyer(app)


@pytest.fixture
def stranger(app: Flask) -> Buyer:
    """Somebody else, in another browser."""
    return open_buyer(app)
