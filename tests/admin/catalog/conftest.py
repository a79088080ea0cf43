import pytest

from shop.accounts.models import Role
from tests.admin.conftest import Open
from tests.browser import Browser


@pytest.fixture
def desk(open_as: Open) -> Browser:
    """Of somebody who keeps the catalog."""
    return open_as(Role.CATALOG)
