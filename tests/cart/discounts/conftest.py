from collections.abc import Iterator

import pytest
from flask import Flask

from shop.cart.discounts.applying import guesses
from shop.checkout.seeds import seed_checkout
from shop.db import commit
from tests.checkout.buyer import Buyer, open_buyer


@pytest.fixture(autouse=True)
def _patience() -> Iterator[None]:
    """What one test guesses does not count in the next."""
    guesses.forget()
    yield
    guesses.forget()


@pytest.fixture
def app(app: Flask) -> Flask:
    """With delivery methods and tax rates."""
    seed_checkout()
    commit()
    return app


@pytest.fixture
def racing_app(either_app: Flask) -> Flask:
    seed_checkout()
    commit()
    return either_app


@pytest.fixture
def buyer(app: Flask) -> Buyer:
    return open_buyer(app)


@pytest.fixture
def stranger(app: Flask) -> Buyer:
    return open_buyer(app)
