"""What staff may do, by role. The table below is all there is to it."""

import enum
from types import MappingProxyType

from shop import money
from shop.accounts.models import Role, User


class Permission(enum.StrEnum):
    """Each route of the back office asks for one of these: see shop/admin/rights.py."""

    DESK = "desk"
    """To enter the back office at all."""
    READ_CATALOG = "catalog.read"
    EDIT_CATALOG = "catalog.edit"
    READ_SETTINGS = "settings.read"
    EDIT_SETTINGS = "settings.edit"
    READ_ORDERS = "orders.read"
    HANDLE_ORDERS = "orders.handle"
    """Notes, mails, addresses, packing and shipping."""
    REFUND = "orders.refund"
    """Up to what `refund_limit` says."""
    READ_CUSTOMERS = "customers.read"
    REVEAL = "customers.reveal"
    """To see what is masked; each time is in the audit log."""
    HELP_CUSTOMERS = "customers.help"
    """Licenses, downloads, sign-in links, resync, billing data."""
    ERASE = "customers.erase"
    READ_INVOICES = "invoices.read"
    HANDLE_INVOICES = "invoices.handle"
    READ_REPORTS = "reports.read"
    READ_EVENTS = "events.read"
    HANDLE_EVENTS = "events.handle"
    READ_AUDIT = "audit.read"
    READ_STAFF = "staff.read"
    EDIT_STAFF = "staff.edit"


P = Permission
READING = frozenset(
    {
        *(P.DESK, P.READ_CATALOG, P.READ_SETTINGS, P.READ_ORDERS, P.READ_CUSTOMERS),
        *(P.READ_INVOICES, P.READ_REPORTS, P.READ_EVENTS),
    }
)
PERMISSIONS = MappingProxyType(
    {
        Role.CUSTOMER: frozenset[Permission](),
        Role.READ_ONLY: READING,
        Role.CATALOG: frozenset(
            {P.DESK, P.READ_CATALOG, P.EDIT_CATALOG, P.READ_SETTINGS, P.READ_REPORTS}
        ),
        Role.SUPPORT: frozenset(
            {
                *(P.DESK, P.READ_CATALOG, P.READ_ORDERS, P.HANDLE_ORDERS, P.REFUND),
                *(P.READ_CUSTOMERS, P.REVEAL, P.HELP_CUSTOMERS, P.READ_INVOICES),
                *(P.HANDLE_INVOICES, P.READ_EVENTS),
            }
        ),
        Role.FINANCE: READING
        | {P.REFUND, P.REVEAL, P.HANDLE_INVOICES, P.HANDLE_EVENTS, P.READ_AUDIT},
        Role.ADMIN: frozenset(Permission),
    }
)
SUPPORT_REFUND_LIMIT = 200
"""Whole units of the order's currency; what is more, finance or an admin gives back."""


def may(user: User, permission: Permission) -> bool:
    """False for a visitor, whom Flask-Login stands in for with a user without a role."""
    return permission in PERMISSIONS[getattr(user, "role", Role.CUSTOMER)]


def refund_limit(user: User, currency: str) -> int | None:
    """The most that this person may give back of one order, in minor units; None for no limit."""
    if not may(user, P.REFUND):
        return 0
    limited = user.role == Role.SUPPORT
    return SUPPORT_REFUND_LIMIT * 10 ** money.decimals(currency) if limited else None


def is_staff(user: User) -> bool:
    return may(user, P.DESK)
