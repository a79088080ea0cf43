"""A subscription as its owner sees it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from shop import money
from shop.billing.subscriptions import acts, plans, portal, state
from shop.billing.subscriptions.models import Subscription, SubscriptionEntry, SubscriptionStatus
from shop.billing.subscriptions.opened import Opened
from shop.billing.subscriptions.portal import Flow
from shop.catalog.models import Kind
from shop.catalog.shelf import product_url
from shop.web import show_date

PILLS = {
    SubscriptionStatus.INCOMPLETE: ("info", "Waiting for Stripe"),
    SubscriptionStatus.INCOMPLETE_EXPIRED: ("", "Never begun"),
    SubscriptionStatus.TRIALING: ("info", "Trial"),
    SubscriptionStatus.ACTIVE: ("good", "Active"),
    SubscriptionStatus.PAST_DUE: ("bad", "Payment failed"),
    SubscriptionStatus.UNPAID: ("bad", "Unpaid"),
    SubscriptionStatus.PAUSED: ("warn", "Paused"),
    SubscriptionStatus.CANCELED: ("", "Ended"),
}
KEY_PILLS = {
    "active": ("good", "Active"),
    "expired": ("warn", "Expired"),
    "suspended": ("warn", "Suspended"),
    "revoked": ("bad", "Ended"),
}
DOTS = 12
"""More seats than these are told in words only."""
SOON = timedelta(days=60)
COLORS = {
    **dict.fromkeys(["active", "access_given", "kept"], "good"),
    **dict.fromkeys(["past_due", "unpaid", "access_ended"], "bad"),
    **dict.fromkeys(["cancelation", "paused"], "warn"),
}


@dataclass(frozen=True)
class Moment:
    at: datetime
    title: str
    kind: str
    note: str | None = None


@dataclass(frozen=True)
class Shown:
    row: Subscription
    opens: Opened

    @property
    def url(self) -> str:
        return f"{portal.PAGES}/{self.row.token}"

    @property
    def name(self) -> str:
        return plans.name_of(self.row.price)

    @property
    def title(self) -> str:
        return self.row.product.title

    @property
    def product_url(self) -> str:
        return product_url(self.row.product.slug)

    @property
    def pill(self) -> tuple[str, str]:
        if self.row.ends_at and not self.row.is_over:
            return "warn", f"Ends on {show_date(self.row.ends_at)}"
        return PILLS[self.row.status]

    @property
    def rate(self) -> str:
        return plans.rate(self.row.price, self.row.quantity)

    @property
    def counted(self) -> str:
        return "Seats" if self.row.product.kind is Kind.LICENSE else "Quantity"

    @property
    def coming(self) -> str:
        """The plan that takes the place of this one, or empty."""
        row = self.row
        if row.next_price is None or row.next_from is None:
            return ""
        seats = row.next_quantity or 1
        count = f", {seats} seats" if seats > 1 else ""
        return f"{plans.name_of(row.next_price)}{count}, {plans.rate(row.next_price, seats)}"

    @property
    def next_charge(self) -> str:
        """`€15.00 on 5 Dec 2026`; empty where none is planned."""
        row = self.row
        if not portal.may(row, Flow.CANCEL) or row.status not in state.OPEN:
            return ""
        at = row.current_period_end
        if at is None:
            return ""
        changes = row.next_price is not None and row.next_from is not None and row.next_from <= at
        price = row.next_price if changes and row.next_price else row.price
        seats = (row.next_quantity if changes else row.quantity) or 1
        amount = money.show(price.unit_amount * seats, price.currency)
        return f"{amount}{' less your discount' if row.is_discounted else ''} on {show_date(at)}"

    @property
    def line(self) -> str:
        """What matters next, in one sentence."""
        row = self.row
        if row.is_over:
            return f"Ended on {show_date(row.ended_at)}" if row.ended_at else "Ended"
        if row.ends_at:
            return "Nothing more is charged."
        if row.status is SubscriptionStatus.TRIALING and row.trial_end:
            return f"Free until {show_date(row.trial_end)}, then {self.rate}"
        return self._debt or (f"Next charge {self.next_charge}" if self.next_charge else "")

    @property
    def _debt(self) -> str:
        if not self.row.owes:
            return ""
        works = f"Everything works until {show_date(self.grace_end)}."
        return works if self.row.has_access else "On hold until it is paid."

    @property
    def card(self) -> str:
        row = self.row
        if not row.card_last4:
            return ""
        return f"{(row.card_brand or '').capitalize()} ending in {row.card_last4}"

    @property
    def card_until(self) -> str:
        """`04/2027`"""
        year, _, month = (self.row.card_expires or "").partition("-")
        return f"{month}/{year}" if month else ""

    @property
    def card_warning(self) -> str:
        row = self.row
        if not row.card_expires or row.is_over or row.ends_at:
            return ""
        if row.card_expires < f"{row.now:%Y-%m}":
            return "It has expired."
        charge = row.current_period_end
        if charge and row.card_expires < f"{charge:%Y-%m}":
            return "It expires before the next charge."
        return "It expires soon." if row.card_expires <= f"{row.now + SOON:%Y-%m}" else ""

    @property
    def grace_end(self) -> datetime:
        return state.grace_end(self.row)

    @property
    def cancelation(self) -> str:
        """What follows from canceling now."""
        end = self.row.current_period_end
        day = show_date(end) if end else "the end of the period"
        if self.row.status is SubscriptionStatus.PAUSED:
            return f"It stays paused and ends on {day}."
        if self.row.status not in state.OPEN:
            return f"It ends on {day} and does not renew. What is open is still to be paid."
        return f"You keep access until {day}, and nothing more is charged."

    @property
    def resumes_free(self) -> bool:
        return acts.has_paid_time(self.row)

    @property
    def term(self) -> str:
        """How long what it opens is good."""
        row = self.row
        if not row.has_access:
            return self._term_after if row.is_over else "Rests for the time being"
        return f"Good until {show_date(row.ends_at)}" if row.ends_at else "Good while you subscribe"

    @property
    def _term_after(self) -> str:
        kept = self.opens.kept_version
        return f"Yours for good up to version {kept}" if kept else "It ended with the subscription"

    @property
    def keeps_versions(self) -> bool:
        """Of who paid, and where the license says so: what was released before the end."""
        return self.opens.keeps_versions and self.row.paid_at is not None

    @property
    def key_pill(self) -> tuple[str, str]:
        if not self.row.has_access and not self.row.is_over:
            return "warn", "On hold"
        if self.opens.kept_version:
            return "info", "Updates ended"
        return KEY_PILLS[self.opens.license_status or "active"]

    @property
    def seats(self) -> str:
        used, limit = self.opens.machines, self.opens.machine_limit
        if limit is None:
            return "As many devices as you like"
        return f"{used} of {limit} {'device' if limit == 1 else 'devices'} in use"

    @property
    def dots(self) -> list[bool]:
        limit = self.opens.machine_limit or 0
        return [n < self.opens.machines for n in range(limit)] if limit <= DOTS else []

    @property
    def moments(self) -> list[Moment]:
        """Newest first."""
        return [_moment(entry) for entry in reversed(self.row.entries)]

    def may(self, flow: str) -> bool:
        return portal.may(self.row, Flow(flow))


def _moment(entry: SubscriptionEntry) -> Moment:
    return Moment(entry.at, entry.text, COLORS.get(entry.kind, ""))
