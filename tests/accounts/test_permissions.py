import pytest
from flask_login import AnonymousUserMixin

from shop.accounts.models import Role, User
from shop.accounts.permissions import PERMISSIONS, Permission, is_staff, may, refund_limit


def test_every_role_is_in_the_table() -> None:
    assert set(PERMISSIONS) == set(Role)
    assert PERMISSIONS[Role.ADMIN] == set(Permission)
    assert not PERMISSIONS[Role.CUSTOMER]


def test_only_staff_enters() -> None:
    assert {role for role in Role if is_staff(User(role=role))} == set(Role) - {Role.CUSTOMER}
    assert not may(AnonymousUserMixin(), Permission.DESK)


def test_reading_is_no_more_than_reading() -> None:
    assert all(p.endswith(".read") or p == "desk" for p in PERMISSIONS[Role.READ_ONLY])


@pytest.mark.parametrize(
    ("role", "limit"),
    [(Role.SUPPORT, 20_000), (Role.FINANCE, None), (Role.READ_ONLY, 0), (Role.CATALOG, 0)],
)
def test_refunds_are_limited_by_role(role: Role, limit: int | None) -> None:
    assert refund_limit(User(role=role), "EUR") == limit


def test_a_limit_is_in_whole_units_of_the_currency() -> None:
    assert refund_limit(User(role=Role.SUPPORT), "JPY") == 200
    assert refund_limit(User(role=Role.SUPPORT), "KWD") == 200_000
