"""What every act of the back office is, to somebody who did it by mistake.

An act that is not here fails a test. Each is named by its route; where one route does several
things, their names follow behind a space.
"""

from dataclasses import dataclass
from types import MappingProxyType

from shop.admin.undoing.reversal import Reversal
from shop.admin.undoing.reversals import catalog, drafts, lists, orders, records, settings


@dataclass(frozen=True)
class Undoable:
    """The notice that follows offers to undo it."""

    reversal: Reversal


@dataclass(frozen=True)
class Asks:
    """It cannot be undone: a page says what it does, and asks."""

    page: str = ""
    """The route that asks; empty when the act's own does, before it does anything."""


@dataclass(frozen=True)
class Typed:
    """It takes more than a click: a form was filled in for it."""

    afterwards: str
    """How it is changed when it was wrong."""


@dataclass(frozen=True)
class Harmless:
    """Nobody wants anything back after it."""

    because: str


Act = Undoable | Asks | Typed | Harmless
RECORD = Undoable(records.RECORD)
LOOKS = Harmless("It shows something, and notes who looked.")
FOLLOWS = Harmless("Stripe is asked, and what it says is true in any case.")
TRIES = Harmless("What failed is tried again, as it would be by itself.")
EDITED = Typed("It is edited or deleted in its own form.")
REASONED = Typed("It asks for the reason, and for who is there; the opposite act stands beside it.")

ACTS: MappingProxyType[str, Act] = MappingProxyType(
    {
        "admin_undo.undo": Typed("What was undone is done again where it was done."),
        "admin_saved.keep": Undoable(lists.VIEW),
        "admin_saved.forget": Undoable(lists.VIEW),
        # the catalog
        "admin_products.create_view": EDITED,
        "admin_products.edit_view": RECORD,
        "admin_products.delete_view": Asks(),
        "admin_products.action_view publish": Undoable(catalog.STATUS),
        "admin_products.action_view archive": Undoable(catalog.STATUS),
        "admin_categories.create_view": EDITED,
        "admin_categories.edit_view": RECORD,
        "admin_categories.delete_view": Asks(),
        "admin_discounts.create_view": EDITED,
        "admin_discounts.edit_view": RECORD,
        "admin_discounts.delete_view": Harmless("Discounts are not deleted: it is no page."),
        "admin_codes.add": Undoable(catalog.CODE),
        "admin_codes.make": Typed("The discount that they belong to is switched off."),
        "admin_files.publish": Typed("The version is yanked."),
        "admin_files.yank": Typed("It asks for the reason; the files are published anew."),
        "admin_policies.save": Undoable(catalog.RULES),
        "admin_policies.remove": Asks(),
        "admin_import.preview": LOOKS,
        "admin_import.run": Asks("admin_import.preview"),
        # settings
        "admin_shop.save": Undoable(settings.SETTING),
        "admin_mail_texts.save": Undoable(settings.WORDS),
        "admin_mail_texts.switch": Undoable(settings.WORDS),
        "admin_mail_texts.preview": LOOKS,
        "admin_mail_texts.test": Harmless("A mail to who asks for it."),
        "admin_delivery.create_view": EDITED,
        "admin_delivery.edit_view": RECORD,
        "admin_delivery.delete_view": Harmless("Methods are not deleted: it is no page."),
        "admin_tax.create_view": EDITED,
        "admin_tax.edit_view": RECORD,
        "admin_tax.delete_view": Asks(),
        "admin_staff.change_role": REASONED,
        "admin_staff.do": REASONED,
        "admin_staff.invite": REASONED,
        # orders
        "admin_orders.action_view ship": Asks(),
        "admin_orders.add_note": Undoable(orders.NOTE),
        "admin_orders.resolve": Undoable(orders.ATTENTION),
        "admin_orders.add_parcel pack": Undoable(orders.PARCEL),
        "admin_orders.add_parcel ship": Asks("admin_orders.ask_delivery"),
        "admin_orders.handle_parcel ship": Asks("admin_orders.ask_delivery"),
        "admin_orders.handle_parcel unpack": Undoable(orders.PARCEL),
        "admin_orders.handle_parcel deliver": Undoable(orders.ARRIVAL),
        "admin_orders.take_back": Asks("admin_orders.ask_return"),
        "admin_orders.wait": Asks("admin_orders.ask_wait"),
        "admin_orders.end_wait": Undoable(orders.WAIT),
        "admin_orders.swap": Asks("admin_orders.preview_swap"),
        "admin_orders.cancel": Asks(),
        "admin_orders.move": Asks("admin_orders.ask_address"),
        "admin_orders.refund": Asks("admin_orders.ask_refund"),
        "admin_orders.resend": Asks(),
        "admin_orders.ask_stripe": FOLLOWS,
        # drafts
        "admin_drafts.create_view": Typed("The draft is withdrawn."),
        "admin_drafts.add_line": Undoable(drafts.LINE),
        "admin_drafts.change_line": Undoable(drafts.LINE),
        "admin_drafts.remove_line": Undoable(drafts.LINE),
        "admin_drafts.apply_code": Undoable(drafts.CODE),
        "admin_drafts.remove_code": Undoable(drafts.CODE),
        "admin_drafts.grant": Typed("It is changed or taken away beside it."),
        "admin_drafts.revoke": Undoable(drafts.GRANT),
        "admin_drafts.take_prices": Harmless("The prices of before are not sold any more."),
        "admin_drafts.deliver": Typed("Another delivery is chosen."),
        "admin_drafts.buyer": Asks(),
        "admin_drafts.move": Asks("admin_drafts.ask_address"),
        "admin_drafts.send_link": Typed("The draft is changed or withdrawn; the link shows it."),
        "admin_drafts.withdraw": Asks(),
        # money and customers
        "admin_invoices.mail": Asks(),
        "admin_invoices.buyer": Asks(),
        "admin_invoices.resync": Asks(),
        "admin_support.act": Asks(),
        "admin_support.resync": FOLLOWS,
        "admin_support.erasure": Asks(),
        "admin_support.export_data": LOOKS,
        "admin_support.visit": LOOKS,
        "admin_support.end_visit": Harmless("A visit begins again where it began."),
        "admin_support.reveal": LOOKS,
        "admin_support.reveal_guest": LOOKS,
        # the system
        "admin_health.check_books": LOOKS,
        "admin_events.action_view replay": TRIES,
        "admin_events.replay": TRIES,
        "admin_mails.action_view revive": TRIES,
        "admin_mails.read": LOOKS,
        "admin_mails.send_again": Typed("It asks to whom."),
        "admin_comparisons.run": FOLLOWS,
    }
)


def is_undoable(act: str) -> bool:
    return isinstance(ACTS.get(act), Undoable)


def reversal_of(act: str) -> Reversal:
    found = ACTS[act]
    assert isinstance(found, Undoable)  # noqa: S101  who watches it says so
    return found.reversal


def endpoint_of(act: str) -> str:
    """The route whose right it asks for."""
    return act.partition(" ")[0]
