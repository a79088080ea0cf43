"""Which permission each route of the back office asks for. What is not here opens to nobody."""

from dataclasses import dataclass
from types import MappingProxyType

from shop.accounts.permissions import Permission

P = Permission
LISTS = frozenset({"index_view", "details_view", "export", "ajax_lookup"})
FORMS = frozenset({"create_view", "edit_view", "delete_view", "action_view"})


@dataclass(frozen=True)
class Records:
    """What reading a list of records asks for, and what its forms do; None where it has none."""

    reading: Permission
    editing: Permission | None = None


RECORDS = MappingProxyType(
    {
        "admin_delivery": Records(P.READ_SETTINGS, P.EDIT_SETTINGS),
        "admin_tax": Records(P.READ_SETTINGS, P.EDIT_SETTINGS),
        "admin_products": Records(P.READ_CATALOG, P.EDIT_CATALOG),
        "admin_categories": Records(P.READ_CATALOG, P.EDIT_CATALOG),
        "admin_discounts": Records(P.READ_CATALOG, P.EDIT_CATALOG),
        "admin_orders": Records(P.READ_ORDERS),
        "admin_drafts": Records(P.READ_ORDERS, P.HANDLE_ORDERS),
        "admin_disputes": Records(P.READ_ORDERS),
        "admin_staff": Records(P.READ_STAFF),
        "admin_events": Records(P.READ_EVENTS, P.HANDLE_EVENTS),
        "admin_mails": Records(P.READ_EVENTS, P.HANDLE_ORDERS),
        "admin_comparisons": Records(P.READ_EVENTS),
        "admin_audit": Records(P.READ_AUDIT),
        "admin_customers": Records(P.READ_CUSTOMERS),
        "admin_licenses": Records(P.READ_CUSTOMERS),
        "admin_subscriptions": Records(P.READ_CUSTOMERS),
        "admin_invoices": Records(P.READ_INVOICES),
    }
)
ROUTES = MappingProxyType(
    {
        "admin.index": P.DESK,
        "admin_health.index": P.READ_EVENTS,
        "admin_health.check_books": P.HANDLE_EVENTS,
        "admin_events.replay": P.HANDLE_EVENTS,
        "admin_mails.read": P.REVEAL,
        "admin_mails.send_again": P.HANDLE_ORDERS,
        "admin_comparisons.run": P.HANDLE_EVENTS,
        "admin_shop.index": P.EDIT_SETTINGS,
        "admin_shop.save": P.EDIT_SETTINGS,
        "admin_mail_texts.index": P.EDIT_SETTINGS,
        "admin_mail_texts.show": P.EDIT_SETTINGS,
        "admin_mail_texts.save": P.EDIT_SETTINGS,
        "admin_mail_texts.switch": P.EDIT_SETTINGS,
        "admin_mail_texts.preview": P.EDIT_SETTINGS,
        "admin_mail_texts.test": P.EDIT_SETTINGS,
        "admin_staff.change_role": P.EDIT_STAFF,
        "admin_staff.do": P.EDIT_STAFF,
        "admin_staff.invite": P.EDIT_STAFF,
        "admin_reports.index": P.READ_REPORTS,
        "admin_reports.show": P.READ_REPORTS,
        "admin_reports.csv": P.READ_REPORTS,
        "admin_saved.keep": P.DESK,
        "admin_saved.forget": P.DESK,
        "admin_undo.undo": P.DESK,
        "admin_orders.action_view": P.HANDLE_ORDERS,
        "admin_orders.add_note": P.HANDLE_ORDERS,
        "admin_orders.add_parcel": P.HANDLE_ORDERS,
        "admin_orders.ask_delivery": P.HANDLE_ORDERS,
        "admin_orders.ask_return": P.HANDLE_ORDERS,
        "admin_orders.handle_parcel": P.HANDLE_ORDERS,
        "admin_orders.take_back": P.HANDLE_ORDERS,
        "admin_orders.ask_wait": P.HANDLE_ORDERS,
        "admin_orders.wait": P.HANDLE_ORDERS,
        "admin_orders.end_wait": P.HANDLE_ORDERS,
        "admin_orders.ask_swap": P.HANDLE_ORDERS,
        "admin_orders.preview_swap": P.HANDLE_ORDERS,
        "admin_orders.swap": P.HANDLE_ORDERS,
        "admin_orders.cancel": P.HANDLE_ORDERS,
        "admin_orders.move": P.HANDLE_ORDERS,
        "admin_orders.refund": P.REFUND,
        "admin_orders.ask_stripe": P.HANDLE_ORDERS,
        "admin_orders.resolve": P.HANDLE_ORDERS,
        "admin_orders.ask_address": P.HANDLE_ORDERS,
        "admin_orders.ask_refund": P.REFUND,
        "admin_orders.resend": P.HANDLE_ORDERS,
        "admin_drafts.add_line": P.HANDLE_ORDERS,
        "admin_drafts.change_line": P.HANDLE_ORDERS,
        "admin_drafts.remove_line": P.HANDLE_ORDERS,
        "admin_drafts.take_prices": P.HANDLE_ORDERS,
        "admin_drafts.deliver": P.HANDLE_ORDERS,
        "admin_drafts.apply_code": P.HANDLE_ORDERS,
        "admin_drafts.remove_code": P.HANDLE_ORDERS,
        "admin_drafts.grant": P.HANDLE_ORDERS,
        "admin_drafts.revoke": P.HANDLE_ORDERS,
        "admin_drafts.buyer": P.HANDLE_ORDERS,
        "admin_drafts.ask_address": P.HANDLE_ORDERS,
        "admin_drafts.move": P.HANDLE_ORDERS,
        "admin_drafts.send_link": P.HANDLE_ORDERS,
        "admin_drafts.withdraw": P.HANDLE_ORDERS,
        "admin_import.index": P.EDIT_CATALOG,
        "admin_import.preview": P.EDIT_CATALOG,
        "admin_import.run": P.EDIT_CATALOG,
        "admin_codes.index": P.READ_CATALOG,
        "admin_codes.show": P.READ_CATALOG,
        "admin_codes.add": P.EDIT_CATALOG,
        "admin_codes.make": P.EDIT_CATALOG,
        "admin_files.index": P.READ_CATALOG,
        "admin_files.show": P.READ_CATALOG,
        "admin_files.publish": P.EDIT_CATALOG,
        "admin_files.yank": P.EDIT_CATALOG,
        "admin_policies.index": P.READ_CATALOG,
        "admin_policies.show": P.READ_CATALOG,
        "admin_policies.save": P.EDIT_CATALOG,
        "admin_policies.remove": P.EDIT_CATALOG,
        "admin_invoices.pdf": P.REVEAL,
        "admin_invoices.credit_note_pdf": P.REVEAL,
        "admin_invoices.mail": P.HANDLE_INVOICES,
        "admin_invoices.buyer": P.HANDLE_INVOICES,
        "admin_invoices.resync": P.HANDLE_INVOICES,
        "admin_support.index": P.READ_CUSTOMERS,
        "admin_support.person": P.READ_CUSTOMERS,
        "admin_support.guest": P.READ_CUSTOMERS,
        "admin_support.access": P.READ_CUSTOMERS,
        "admin_support.guest_access": P.READ_CUSTOMERS,
        "admin_support.act": P.HELP_CUSTOMERS,
        "admin_support.resync": P.HELP_CUSTOMERS,
        "admin_support.export_data": P.ERASE,
        "admin_support.erasure": P.ERASE,
        "admin_support.visit": P.HELP_CUSTOMERS,
        "admin_support.end_visit": P.READ_CUSTOMERS,
        "admin_support.reveal": P.REVEAL,
        "admin_support.reveal_guest": P.REVEAL,
    }
)


def needed(endpoint: str) -> Permission | None:
    """What somebody must be permitted to call this; None when nobody may."""
    if endpoint in ROUTES:
        return ROUTES[endpoint]
    view, _, name = endpoint.partition(".")
    records = RECORDS.get(view)
    if records is None:
        return None
    if name in LISTS:
        return records.reading
    return records.editing if name in FORMS else None
