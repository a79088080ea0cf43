"""A right's cause, state and end, in plain sentences for its owner and for staff."""

import enum
from dataclasses import dataclass
from datetime import datetime

from shop.billing.subscriptions.models import Subscription, SubscriptionStatus
from shop.downloads import subscribed
from shop.downloads.models import Grant
from shop.licenses.models import License, OnExpiry
from shop.licenses.subscribed import NEVER_PAID
from shop.orders.models import Order, PaymentState
from shop.orders.rights import DISPUTE, REFUND, Right
from shop.web import show_date

GOOD, WARN, BAD, INFO = "good", "warn", "bad", "info"


class Reader(enum.Enum):
    OWNER = enum.auto()
    STAFF = enum.auto()
    """Is told what staff has written down, too."""


@dataclass(frozen=True)
class Told:
    pill: tuple[str, str]
    sentences: tuple[str, ...]


ENDS = {
    REFUND: "its money was returned",
    DISPUTE: "the bank took the payment back",
    subscribed.END: "the subscription gives no access any more",
    NEVER_PAID: "no payment for it has come",
}
UNOPENED = {
    PaymentState.PENDING: "The payment was not begun or not finished.",
    PaymentState.PROCESSING: "The bank is still confirming the payment.",
    PaymentState.FAILED: "The payment did not go through.",
    PaymentState.CANCELED: "The order was canceled before it was paid.",
    PaymentState.REFUNDED: "All of its money was returned.",
}
UNOPENED_SUBSCRIPTION = {
    SubscriptionStatus.INCOMPLETE: "The first payment is not complete.",
    SubscriptionStatus.INCOMPLETE_EXPIRED: "The first payment was never made.",
    SubscriptionStatus.CANCELED: "The subscription ended.",
}


def word_for_owner(end_reason: str) -> str:
    """What staff wrote down about it is not for the owner."""
    return end_reason if end_reason in {"", *ENDS} else "staff"


def cause(
    given_by: str,
    since: datetime,
    order: Order | None,
    subscription: Subscription | None,
    reader: Reader,
) -> str:
    if order:
        return f"Bought with order {order.number}, paid on {show_date(order.paid_at or since)}."
    if subscription:
        return f"Subscribed to since {show_date(subscription.started_at or since)}."
    who = f" by {given_by}" if reader is Reader.STAFF and given_by else " by us"
    return f"Given{who} on {show_date(since)}."


def of_grant(grant: Grant, reader: Reader) -> Told:
    usual = _over(grant, reader, "These files") or _over_by_time(grant)
    if usual:
        return usual
    left = "" if grant.left is None else f" {grant.left} of {grant.most} downloads are left."
    if grant.expires_at:
        return _told(GOOD, "Open", f"Open until {show_date(grant.expires_at)}.{left}")
    return _told(GOOD, "Open", f"Open, without an end date.{left}")


def _over_by_time(grant: Grant) -> Told | None:
    if grant.expires_at and grant.is_over:
        return _told(WARN, "Time over", f"Its time ended on {show_date(grant.expires_at)}.")
    if grant.left == 0:
        return _told(WARN, "All used", f"All {grant.most} downloads are used.")
    return None


def of_license(license: License, reader: Reader) -> Told:
    usual = _over(license, reader, "The license")
    if usual or license.expires_at is None:
        return usual or _told(GOOD, "Active", "Active, without an end date.")
    day = show_date(license.expires_at)
    if not license.is_expired:
        return _told(GOOD, "Active", f"Active until {day}.")
    if license.policy.on_expiry is OnExpiry.KEEP_VERSIONS:
        kept = f"Updates ended on {day}. Versions released before that go on working."
        return _told(INFO, "Updates ended", kept)
    return _told(WARN, "Expired", f"It ran until {day}.")


def _over(right: Right, reader: Reader, what: str) -> Told | None:
    """Taken back, or resting."""
    if right.ended_at:
        why = ENDS.get(right.end_reason)
        if why is None:
            why = f"staff decided so: {right.end_reason}"
            why = why if reader is Reader.STAFF else "we took it back. Write to us to know more"
        return _told(BAD, "Ended", f"Ended on {show_date(right.ended_at)} because {why}.")
    if right.suspended_at:
        why = "the payment is disputed with the bank"
        if right.suspend_reason != DISPUTE:
            why = "we look into it"
            why += f" ({right.suspend_reason})" if reader is Reader.STAFF else ""
        day = show_date(right.suspended_at)
        verb = "are" if what.endswith("s") else "is"
        return _told(WARN, "On hold", f"{what} {verb} on hold since {day}, while {why}.")
    return None


def of_unopened(order: Order) -> Told:
    head = f"Ordered with {order.number} on {show_date(order.placed_at)}."
    if order.payment_state in UNOPENED:
        return _told(INFO, "Not opened", head, UNOPENED[order.payment_state])
    if order.attention:
        return _told(WARN, "Waiting", head, "It is paid, and we are looking into it.")
    return _told(INFO, "Nothing yet", head, "It is paid. There is nothing to download yet.")


def of_unopened_subscription(subscription: Subscription) -> Told:
    head = f"Subscribed to on {show_date(subscription.started_at or subscription.created_at)}."
    if subscription.has_access:
        return _told(INFO, "Nothing yet", head, "It is active. There is nothing to download yet.")
    why = UNOPENED_SUBSCRIPTION.get(subscription.status, "It gives no access at the moment.")
    return _told(INFO, "Not opened", head, why)


def _told(kind: str, word: str, *lines: str) -> Told:
    return Told((kind, word), lines)
