from collections.abc import Callable

import pytest

from tests.api.contract import Contract
from tests.api.customer import Customer
from tests.servers.house import House

MakeCustomer = Callable[[], Customer]


@pytest.fixture(scope="session")
def contract(house: House) -> Contract:
    return Contract(house.get("/api/openapi.json").json())


@pytest.fixture
def make_customer(house: House, contract: Contract) -> MakeCustomer:
    """Everybody has cookies of their own."""
    return lambda: Customer(house.base_url, contract)


@pytest.fixture
def customer(make_customer: MakeCustomer) -> Customer:
    return make_customer()
