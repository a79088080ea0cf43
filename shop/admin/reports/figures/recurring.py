"""What subscriptions bring in."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from sqlalchemy import ColumnElement, case, func, select, text, union_all

from shop.admin.reports.figures.days import summed, utc_day, within
from shop.admin.reports.periods import Period
from shop.billing.invoices.models import Invoice, InvoiceStatus, Source
from shop.billing.models import FAILURES, StripeEvent
from shop.billing.subscriptions.models import Subscription, SubscriptionStatus
from shop.catalog.models import Interval, Price
from shop.db import session

LEFT_BEHIND = (SubscriptionStatus.UNPAID, SubscriptionStatus.PAUSED)
left_at = case(
    (Subscription.status.in_(LEFT_BEHIND), Subscription.past_due_since),
    else_=Subscription.ended_at,
)
"""When a subscription stopped to bring money; NULL while it does."""
WORTH = summed(Price.unit_amount * Subscription.quantity)


def of_currency(currency: str) -> tuple[ColumnElement[bool], ...]:
    """Subscriptions for which money came in once; with their prices joined."""
    return (Subscription.paid_at.is_not(None), Price.currency == currency)


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
    is worth its plan times its seats, with tax where prices include it; a yearly price is a twelfth
    of it. Coupons do not lower it, and the past is told with the plans of today.
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
    parts = []
    for moment, sign in ((Subscription.paid_at, 1), (left_at, -1)):
        day = utc_day(moment)
        plan = (Price.interval, Price.interval_count)
        parts.append(
            select(day.label("day"), *plan, (sign * WORTH).label("worth"))
            .join(Price, Price.id == Subscription.price_id)
            .where(*of_currency(currency), moment.is_not(None))
            .group_by(day, *plan)
        )
    rows = session.execute(union_all(*parts))
    return sorted(
        (day, a_month(Interval(every), times, worth)) for day, every, times, worth in rows
    )


@dataclass(frozen=True)
class Standing:
    """Those who paid when a period began, and what is left of them at its end."""

    count: int
    lost: int
    monthly: Fraction
    kept_monthly: Fraction

    @property
    def churn(self) -> Fraction | None:
        return Fraction(self.lost, self.count) if self.count else None

    @property
    def retention(self) -> Fraction | None:
        return self.kept_monthly / self.monthly if self.monthly else None


def churn(period: Period, currency: str) -> Standing:
    """Churn is the share of the subscriptions that paid when the period began and ended during it.

    Those left unpaid count as ended. Who starts and ends within the period is in neither number.
    It is not known when nobody paid at the beginning.
    """
    is_lost: Any = left_at < period.end
    plan = (Price.interval, Price.interval_count)
    lost_worth = summed(case((is_lost, Price.unit_amount * Subscription.quantity), else_=0))
    query = (
        select(*plan, func.count(), summed(case((is_lost, 1), else_=0)), WORTH, lost_worth)
        .join(Price, Price.id == Subscription.price_id)
        .where(*of_currency(currency), Subscription.paid_at < period.start)
        .where(left_at.is_(None) | (left_at >= period.start))
        .group_by(*plan)
    )
    rows = session.execute(query).all()
    monthly = sum((a_month(row[0], row[1], row[4]) for row in rows), Fraction(0))
    gone = sum((a_month(row[0], row[1], row[5]) for row in rows), Fraction(0))
    lost = sum(row[3] for row in rows)
    return Standing(sum(row[2] for row in rows), lost, monthly, monthly - gone)


def retention(period: Period, currency: str) -> Standing:
    """Retention is the part of the MRR of the period's beginning that is still paid at its end.

    It counts the same subscriptions as churn, by what they bring in. Changes of plan and seats are
    not in it, because the past is told with the plans of today.
    """
    return churn(period, currency)


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
