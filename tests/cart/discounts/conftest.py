from collections.abc import Iterator

import pytest

from shop.cart.discounts.applying import guesses
from tests.checkout.conftest import app, buyer, racing_app, stranger

__all__ = ["app", "buyer", "racing_app", "stranger"]


@pytest.fixture(autouse=True)
def _patience() -> Iterator[None]:
    """What one test guesses does not count in the next."""
    guesses.forget()
    yield
    guesses.forget()
