import pytest

from shop.accounts.models import Role
from tests.admin.conftest import Open
from tests.browser import Browser
from tests.checkout.conftest import app

__all__ = ["app"]


@pytest.fixture
def admin(open_as: Open) -> Browser:
    return open_as(Role.ADMIN)
