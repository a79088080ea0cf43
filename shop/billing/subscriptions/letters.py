"""What we write to subscribers: which letter is due is read from the subscription as it is now.

So the news may come in any order and more than once; each letter has a key and is written once.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from shop import money
from shop.billing.subscriptions import plans, state
from shop.billing.subscriptions.models import Subscription, SubscriptionEntry, SubscriptionStatus
from shop.catalog.models import Interval, Price
from shop.web import show_date

BEFORE_TRIAL_END = timedelta(days=3)
BEFORE_RENEWAL = timedelta(days=3)
BEFORE_YEARLY_RENEWAL = timedelta(days=14)
BEFORE_CARD_EXPIRES = timedelta(days=30)
ACTIVE, PAST_DUE = SubscriptionStatus.ACTIVE, SubscriptionStatus.PAST_DUE
TRIALING = SubscriptionStatus.TRIALING


@dataclass(frozen=True)
class Letter:
    key: str
    """What makes it unique among this subscription's letters; its first word says what it is."""
    subject: str
    paragraphs: tuple[str, ...]
    button: str = "See your subscription"
    shows_key: bool = False


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


def _name(subscription: Subscription) -> str:
    return plans.title_of(subscription.price, subscription.quantity)


def _welcome(subscription: Subscription) -> Letter:
    name, costs = _name(subscription), charge(subscription.price, subscription.quantity)
    if subscription.status is TRIALING and subscription.trial_end:
        terms = (
            f"Your trial is free until {show_date(subscription.trial_end)}. From then on it "
            f"costs {costs}, until you cancel."
        )
    else:
        terms = f"It costs {costs} and renews by itself until you cancel."
    opening = f"Thank you: your subscription of {name} has begun."
    title = subscription.product.title
    return Letter("welcome", f"Welcome to {title}", (opening, terms), shows_key=True)


def _plan_changed(subscription: Subscription) -> Letter:
    name, costs = _name(subscription), charge(subscription.price, subscription.quantity)
    follows = "What you had paid for the rest of the period was taken into account."
    if subscription.status is TRIALING and subscription.trial_end:
        follows = f"Your trial goes on until {show_date(subscription.trial_end)}."
    return Letter(
        f"plan:{subscription.changes}",
        f"Your plan is now {name}",
        (
            f"Your subscription is now {name}. It costs {costs}.",
            follows,
        ),
    )


def _payment_failed(subscription: Subscription) -> Letter:
    until = show_date(state.grace_end(subscription))
    card = f"the card ending in {subscription.card_last4}" if subscription.card_last4 else "a card"
    return Letter(
        f"payment_failed:{subscription.latest_invoice_id}",
        f"We could not collect the payment for {subscription.product.title}",
        (
            f"The payment for {_name(subscription)} could not be collected from {card}.",
            f"Everything goes on working until {until}. Please take another card, or see that "
            "this one can be charged; we try again in the next days.",
        ),
        "Repair the payment",
    )


def _access_ended(subscription: Subscription) -> Letter:
    return Letter(
        f"access_ended:{_day(subscription.past_due_since)}",
        f"{subscription.product.title} is on hold",
        (
            f"The payment for {_name(subscription)} is still missing, so its license and files "
            "are on hold.",
            "As soon as a card can be charged, everything works again by itself.",
        ),
        "Repair the payment",
    )


def _repaired(subscription: Subscription) -> Letter:
    return Letter(
        f"repaired:{_count(subscription, 'past_due')}",
        f"{subscription.product.title}: your payment has arrived",
        (
            f"The payment for {_name(subscription)} has arrived. Thank you: your subscription "
            "is active, and everything works.",
            "The invoice is in your account.",
        ),
    )


def _paused(subscription: Subscription) -> Letter:
    back = (
        f" It goes on on {show_date(subscription.resumes_at)}." if subscription.resumes_at else ""
    )
    return Letter(
        f"paused:{_count(subscription, 'paused')}",
        f"{subscription.product.title} is paused",
        (f"Your subscription of {_name(subscription)} is paused: nothing is charged.{back}",),
    )


def _about_the_end(subscription: Subscription) -> Iterator[Letter]:
    times = _count(subscription, "cancelation")
    if subscription.ends_at:
        yield Letter(
            f"canceled:{times}",
            f"{subscription.product.title} is canceled",
            (
                f"You canceled {_name(subscription)}. It goes on until "
                f"{show_date(subscription.ends_at)}, and nothing more is charged.",
                "Did you change your mind? Until then you can keep it with one click.",
            ),
        )
    elif times:
        yield Letter(
            f"kept:{times}",
            f"{subscription.product.title} goes on",
            (f"Your subscription of {_name(subscription)} goes on: it is not canceled any more.",),
        )


def _at_the_end(subscription: Subscription) -> Iterator[Letter]:
    if subscription.status is SubscriptionStatus.CANCELED:
        yield Letter(
            "ended",
            f"{subscription.product.title} has ended",
            (
                f"Your subscription of {_name(subscription)} has ended. Nothing more is charged.",
                "Your invoices stay in your account. You are welcome back any time.",
            ),
            "See your account",
        )


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
    return Letter(
        f"trial_ends:{_day(end)}",
        f"Your trial of {subscription.product.title} ends soon",
        (
            f"Your trial of {_name(subscription)} ends on {show_date(end)}. From then on it costs "
            f"{charge(subscription.price, subscription.quantity)}.",
            "If you do not want it, cancel before that day, and nothing is charged.",
        ),
    )


def _renewal(subscription: Subscription) -> Letter:
    end = subscription.current_period_end or subscription.now
    price = subscription.next_price or subscription.price
    quantity = subscription.next_quantity or subscription.quantity
    card = f" from the card ending in {subscription.card_last4}" if subscription.card_last4 else ""
    return Letter(
        f"renewal:{_day(end)}",
        f"{subscription.product.title} renews on {show_date(end)}",
        (
            f"On {show_date(end)}, {_name(subscription)} renews: {charge(price, quantity)}, "
            f"collected{card}.",
            "There is nothing to do. You can change your plan or cancel before that day.",
        ),
    )


def _card_expires(subscription: Subscription) -> Letter:
    return Letter(
        f"card_expires:{subscription.card_last4}:{subscription.card_expires}",
        f"Your card ending in {subscription.card_last4} expires",
        (
            f"The card ending in {subscription.card_last4} expires before the next payment for "
            f"{_name(subscription)}.",
            "Please name another card in time, so that nothing is interrupted.",
        ),
        "Take another card",
    )


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
