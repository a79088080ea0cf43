import pytest

from shop.accounts.models import Role
from tests.admin.conftest import Open
from tests.browser import Browser
from tests.checkout.conftest import app, buyer

__all__ = ["app", "buyer"]


@pytest.fixture
def staff(open_as: Open) -> Browser:
    return open_as(Role.SUPPORT)
