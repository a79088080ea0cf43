"""What subscriptions bring in."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from typing import Any

from sqlalchemy import Subquery, case, func, null, select, text, union_all

from shop.admin.reports.figures.days import counted, summed, utc_day, within
from shop.admin.reports.periods import Period
from shop.billing.invoices.models import Invoice, InvoiceStatus, Source
from shop.billing.models import FAILURES, StripeEvent
from shop.billing.subscriptions.models import PastPlan, Subscription, SubscriptionStatus
from shop.catalog.models import Interval, Price
from shop.db import session

LEFT_BEHIND = (SubscriptionStatus.UNPAID, SubscriptionStatus.PAUSED)
left_at = case(
    (Subscription.status.in_(LEFT_BEHIND), Subscription.past_due_since),
    else_=Subscription.ended_at,
)
"""When a subscription stopped to bring money; NULL while it does."""


def _spans(currency: str) -> Subquery:
    """Each plan that a subscription had while it paid: what it was worth, from when to when.

    `until` is NULL while it lasts; `paid_at` is that of the subscription.
    """
    kept = union_all(
        select(PastPlan.subscription_id, PastPlan.price_id, PastPlan.quantity, PastPlan.until),
        select(Subscription.id, Subscription.price_id, Subscription.quantity, null()),
    ).subquery()
    turn = (kept.c.until.is_(None), kept.c.until)
    before = func.lag(kept.c.until, type_=kept.c.until.type).over(
        partition_by=kept.c.subscription_id, order_by=turn
    )
    plans = select(kept, before.label("since")).subquery()
    since, until, paid_at = plans.c.since, plans.c.until, Subscription.paid_at
    is_later = since.is_not(None) & (since > paid_at)
    ends_first = until.is_(None) | (left_at < until)
    return (
        select(
            paid_at,
            case((is_later, since), else_=paid_at).label("since"),
            case((ends_first, left_at), else_=until).label("until"),
            Price.interval,
            Price.interval_count,
            (Price.unit_amount * plans.c.quantity).label("worth"),
        )
        .select_from(plans)
        .join(Subscription, Subscription.id == plans.c.subscription_id)
        .join(Price, Price.id == plans.c.price_id)
        .where(paid_at.is_not(None), Price.currency == currency)
    ).subquery()


def a_month(interval: Interval | None, interval_count: int, amount: int) -> Fraction:
    """What a price brings in a month. Parts of minor units are rounded once, at the end."""
    return Fraction(amount, interval_count * (12 if interval == Interval.YEAR else 1))


def rounded(amount: Fraction) -> int:
    """Half a minor unit rounds up."""
    return (2 * amount.numerator + amount.denominator) // (2 * amount.denominator)


def mrr(days: Sequence[date], currency: str) -> dict[date, int]:
    """MRR is what the subscriptions that pay at the end of a day bring in a month.

    A subscription counts from its first money until it ends, or until it is left unpaid: not in its
    trial, and yes when it is canceled but runs on, and while a failed renewal is tried again. Each
    is worth the plan it had on that day times its seats, with tax where prices include it; a yearly
    price is a twelfth of it. Coupons do not lower it.
    """
    moves = _moves(currency)
    standing = Fraction(0)
    found: dict[date, int] = {}
    at = 0
    for day in sorted(days):
        while at < len(moves) and moves[at][0] <= day:
            standing += moves[at][1]
            at += 1
        found[day] = rounded(standing)
    return found


def _moves(currency: str) -> list[tuple[date, Fraction]]:
    """What was won and lost a month, by day."""
    one = _spans(currency).c
    is_real = one.until.is_(None) | (one.since < one.until)
    plan = (one.interval, one.interval_count)
    parts = []
    for moment, sign in ((one.since, 1), (one.until, -1)):
        day = utc_day(moment)
        parts.append(
            select(day.label("day"), *plan, (sign * summed(one.worth)).label("worth"))
            .where(is_real, moment.is_not(None))
            .group_by(day, *plan)
        )
    rows = session.execute(union_all(*parts))
    return sorted(
        (day, a_month(Interval(every), times, worth)) for day, every, times, worth in rows
    )


@dataclass(frozen=True)
class Leaving:
    """Those who paid when a period began, and how many of them ended in it."""

    count: int
    lost: int

    @property
    def churn(self) -> Fraction | None:
        return Fraction(self.lost, self.count) if self.count else None


@dataclass(frozen=True)
class Standing:
    """What those who paid when a period began pay a month, then and at its end."""

    before: Fraction
    after: Fraction

    @property
    def retention(self) -> Fraction | None:
        return self.after / self.before if self.before else None


def churn(period: Period, currency: str) -> Leaving:
    """Churn is the share of the subscriptions that paid when the period began and ended during it.

    Those left unpaid count as ended. Who starts and ends within the period is in neither number.
    It is not known when nobody paid at the beginning.
    """
    is_lost: Any = left_at < period.end
    query = (
        select(func.count(), counted(is_lost))
        .join(Price, Price.id == Subscription.price_id)
        .where(Price.currency == currency, Subscription.paid_at < period.start)
        .where(left_at.is_(None) | (left_at >= period.start))
    )
    return Leaving(*session.execute(query).one())


def retention(period: Period, currency: str) -> Standing:
    """Net retention is what those who paid when a period began pay a month at its end.

    As a part of what they paid then. What they lost by leaving or smaller plans and won by larger
    ones or more seats is in it, so it can be over 100 %; who came during the period is not.
    """
    one = _spans(currency).c
    plan = (one.interval, one.interval_count)
    then, now = (
        summed(case((_covers(one, moment), one.worth), else_=0))
        for moment in (period.start, period.end)
    )
    rows = session.execute(
        select(*plan, then, now).where(one.paid_at < period.start).group_by(*plan)
    ).all()
    before = sum((a_month(every, times, worth) for every, times, worth, _ in rows), Fraction(0))
    after = sum((a_month(every, times, worth) for every, times, _, worth in rows), Fraction(0))
    return Standing(before, after)


def _covers(span: Any, moment: datetime) -> Any:
    return (span.since < moment) & (span.until.is_(None) | (span.until >= moment))


@dataclass(frozen=True)
class Recovery:
    failed: int
    recovered: int
    failed_amount: int
    recovered_amount: int


def recovered(period: Period, currency: str) -> Recovery:
    """Recovered payments are invoices of subscriptions that failed first and have been paid since.

    An invoice counts in the period in which Stripe told us of its first failed try; it is recovered
    once it is paid, however that came about. Amounts are the invoices' totals.
    """
    first = func.min(StripeEvent.received_at)
    failures = (
        select(StripeEvent.object_id)
        .where(text(FAILURES))
        .group_by(StripeEvent.object_id)
        .having(within(first, period))
    )
    is_paid = Invoice.status == InvoiceStatus.PAID
    query = select(
        func.count(),
        summed(case((is_paid, 1), else_=0)),
        summed(Invoice.total),
        summed(case((is_paid, Invoice.total), else_=0)),
    ).where(
        Invoice.source == Source.STRIPE,
        Invoice.currency == currency,
        Invoice.stripe_invoice_id.in_(failures),
    )
    return Recovery(*session.execute(query).one())
