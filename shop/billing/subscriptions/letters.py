"""What we write to subscribers: which letter is due is read from the subscription as it is now.

So the news may come in any order and more than once; each letter has a key and is written once.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from shop import money
from shop.billing.subscriptions import letter_kinds, plans, state
from shop.billing.subscriptions.models import Subscription, SubscriptionEntry, SubscriptionStatus
from shop.catalog.models import Interval, Price
from shop.mail.kinds import Kind
from shop.web import show_date

BEFORE_TRIAL_END = timedelta(days=3)
BEFORE_RENEWAL = timedelta(days=3)
BEFORE_YEARLY_RENEWAL = timedelta(days=14)
BEFORE_CARD_EXPIRES = timedelta(days=30)
ACTIVE, PAST_DUE = SubscriptionStatus.ACTIVE, SubscriptionStatus.PAST_DUE
TRIALING = SubscriptionStatus.TRIALING


@dataclass(frozen=True)
class Letter:
    kind: Kind
    key: str
    """What makes it unique among this subscription's letters; its first word says what it is."""
    words: dict[str, str]


def due(subscription: Subscription) -> Iterator[Letter]:
    """Every letter that its present state calls for, sent before or not."""
    if subscription.is_over:
        yield from _at_the_end(subscription)
        return
    if subscription.has_access:
        yield _welcome(subscription)
    if subscription.changes:
        yield _plan_changed(subscription)
    if subscription.status is PAST_DUE:
        yield _payment_failed(subscription)
    if not subscription.has_access and subscription.past_due_since:
        yield _access_ended(subscription)
    if subscription.status is ACTIVE and _count(subscription, "past_due"):
        yield _repaired(subscription)
    if subscription.status is SubscriptionStatus.PAUSED:
        yield _paused(subscription)
    yield from _about_the_end(subscription)
    yield from _reminders(subscription)


def charge(price: Price, quantity: int) -> str:
    """`€10.00 every month`."""
    amount = money.show(price.unit_amount * quantity, price.currency)
    return f"{amount} {plans.rhythm(price)}"


def _welcome(subscription: Subscription) -> Letter:
    costs = charge(subscription.price, subscription.quantity)
    terms = f"It costs {costs} and renews by itself until you cancel."
    if subscription.status is TRIALING and subscription.trial_end:
        terms = (
            f"Your trial is free until {show_date(subscription.trial_end)}. From then on it "
            f"costs {costs}, until you cancel."
        )
    return Letter(letter_kinds.WELCOME, "welcome", {"terms": terms})


def _plan_changed(subscription: Subscription) -> Letter:
    follows = "What you had paid for the rest of the period was taken into account."
    if subscription.status is TRIALING and subscription.trial_end:
        follows = f"Your trial goes on until {show_date(subscription.trial_end)}."
    words = {
        "costs": charge(subscription.price, subscription.quantity),
        "what_follows": follows,
    }
    return Letter(letter_kinds.PLAN_CHANGED, f"plan:{subscription.changes}", words)


def _payment_failed(subscription: Subscription) -> Letter:
    card = f"the card ending in {subscription.card_last4}" if subscription.card_last4 else "a card"
    words = {"card": card, "until": show_date(state.grace_end(subscription))}
    key = f"payment_failed:{subscription.latest_invoice_id}"
    return Letter(letter_kinds.PAYMENT_FAILED, key, words)


def _access_ended(subscription: Subscription) -> Letter:
    key = f"access_ended:{_day(subscription.past_due_since)}"
    return Letter(letter_kinds.ACCESS_ENDED, key, {})


def _repaired(subscription: Subscription) -> Letter:
    return Letter(letter_kinds.REPAIRED, f"repaired:{_count(subscription, 'past_due')}", {})


def _paused(subscription: Subscription) -> Letter:
    resumes = subscription.resumes_at
    words = {"resumption": f"It goes on on {show_date(resumes)}." if resumes else ""}
    return Letter(letter_kinds.PAUSED, f"paused:{_count(subscription, 'paused')}", words)


def _about_the_end(subscription: Subscription) -> Iterator[Letter]:
    times = _count(subscription, "cancelation")
    if subscription.ends_at:
        words = {"until": show_date(subscription.ends_at)}
        yield Letter(letter_kinds.CANCELED, f"canceled:{times}", words)
    elif times:
        yield Letter(letter_kinds.KEPT, f"kept:{times}", {})


def _at_the_end(subscription: Subscription) -> Iterator[Letter]:
    if subscription.status is SubscriptionStatus.CANCELED:
        yield Letter(letter_kinds.ENDED, "ended", {})


def _reminders(subscription: Subscription) -> Iterator[Letter]:
    """Of what comes by itself; who canceled is not reminded of a payment that does not come."""
    if subscription.ends_at or subscription.current_period_end is None:
        return
    left = subscription.current_period_end - subscription.now
    if timedelta() < left <= BEFORE_CARD_EXPIRES and _card_is_over(subscription):
        yield _card_expires(subscription)
    if subscription.status is TRIALING and timedelta() < left <= BEFORE_TRIAL_END:
        yield _trial_ends(subscription)
    if subscription.status is ACTIVE and timedelta() < left <= _lead(subscription.price):
        yield _renewal(subscription)


def _trial_ends(subscription: Subscription) -> Letter:
    end = subscription.trial_end or subscription.now
    words = {"day": show_date(end), "costs": charge(subscription.price, subscription.quantity)}
    return Letter(letter_kinds.TRIAL_ENDS, f"trial_ends:{_day(end)}", words)


def _renewal(subscription: Subscription) -> Letter:
    end = subscription.current_period_end or subscription.now
    price = subscription.next_price or subscription.price
    quantity = subscription.next_quantity or subscription.quantity
    last4 = subscription.card_last4
    words = {
        "day": show_date(end),
        "costs": charge(price, quantity),
        "card": f"from the card ending in {last4}" if last4 else "",
    }
    return Letter(letter_kinds.RENEWAL, f"renewal:{_day(end)}", words)


def _card_expires(subscription: Subscription) -> Letter:
    key = f"card_expires:{subscription.card_last4}:{subscription.card_expires}"
    return Letter(letter_kinds.CARD_EXPIRES, key, {"digits": subscription.card_last4 or ""})


def _card_is_over(subscription: Subscription) -> bool:
    """Whether the card does not work any more when it is charged next."""
    charged = subscription.current_period_end
    expires = subscription.card_expires
    return bool(charged and expires and expires < f"{charged:%Y-%m}")


def _lead(price: Price) -> timedelta:
    return BEFORE_YEARLY_RENEWAL if price.interval is Interval.YEAR else BEFORE_RENEWAL


def _count(subscription: Subscription, kind: str) -> int:
    entries: list[SubscriptionEntry] = subscription.entries
    return sum(entry.kind == kind for entry in entries)


def _day(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d}" if moment else ""
