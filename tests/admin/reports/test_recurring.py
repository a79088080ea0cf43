"""What subscriptions bring in, against sums made by hand, on both databases."""

from fractions import Fraction

from flask import Flask

from shop.admin.reports.figures import recurring
from shop.admin.reports.periods import Period
from shop.billing.models import StripeEvent
from shop.billing.subscriptions.models import SubscriptionStatus
from shop.catalog.models import Interval
from shop.db import commit, session
from tests.admin.reports.books import at, bill, change, on, plan, subscribe

MARCH, APRIL = Period(on(1), on(31)), Period(on(1, 4), on(30, 4))
CANCELED = SubscriptionStatus.CANCELED


def mrr(day: int, month: int = 3, currency: str = "EUR") -> int:
    return recurring.mrr([on(day, month)], currency)[on(day, month)]


def test_mrr_of_months_years_and_seats(either_app: Flask) -> None:
    subscribe(plan(1_000), at(5), quantity=3)
    subscribe(plan(1_000, Interval.YEAR), at(5))
    subscribe(plan(1_000, Interval.YEAR), at(6))
    subscribe(plan(3_000, interval_count=3), at(7))
    subscribe(plan(700, currency="JPY"), at(5))

    assert mrr(4) == 0
    assert mrr(5) == 3_000 + 83  # 1000 / 12 = 83.3
    assert mrr(6) == 3_000 + 167  # 2000 / 12 = 166.7: rounded once
    assert mrr(7) == 3_000 + 167 + 1_000
    assert mrr(7, currency="JPY") == 700


def test_a_trial_counts_once_it_is_paid(either_app: Flask) -> None:
    trial = SubscriptionStatus.TRIALING
    subscribe(plan(1_000), None, status=trial, started_at=at(2), trial_end=at(16))
    turned = subscribe(plan(2_000), at(16), started_at=at(2), trial_end=at(16))

    assert turned.paid_at == at(16)
    assert (mrr(15), mrr(16)) == (0, 2_000)


def test_who_canceled_counts_until_the_end(either_app: Flask) -> None:
    subscribe(plan(1_000), at(5), ends_at=at(20))
    subscribe(plan(2_000), at(5), status=CANCELED, ended_at=at(20))

    assert (mrr(19), mrr(20)) == (3_000, 1_000)


def test_a_failed_renewal_counts_until_it_is_given_up(either_app: Flask) -> None:
    subscribe(plan(1_000), at(5), status=SubscriptionStatus.PAST_DUE, past_due_since=at(10))
    subscribe(plan(2_000), at(5), status=SubscriptionStatus.UNPAID, past_due_since=at(10))

    assert (mrr(9), mrr(10)) == (3_000, 1_000)


def test_the_past_is_told_with_the_plans_of_then(either_app: Flask) -> None:
    small, large = plan(1_000), plan(3_000)
    grown = subscribe(small, at(5), started_at=at(2))
    change(grown, at(3), small, quantity=2)  # in its trial: worth nothing yet
    change(grown, at(10), large)
    change(grown, at(20), large, quantity=4)
    left = subscribe(plan(500), at(5), status=CANCELED, ended_at=at(15))
    change(left, at(12), plan(700))

    days = [mrr(day) for day in (4, 5, 9, 10, 12, 15, 19, 20)]
    assert days == [0, 2_500, 2_500, 3_500, 3_700, 3_000, 3_000, 12_000]


def test_net_retention_counts_larger_plans_and_nobody_new(either_app: Flask) -> None:
    grown, shrunk = subscribe(plan(1_000), at(10, 2)), subscribe(plan(4_000), at(10, 2))
    subscribe(plan(1_000), at(10, 2), status=CANCELED, ended_at=at(15))
    change(grown, at(20), plan(2_500), quantity=2)
    change(shrunk, at(20, 2), plan(3_000))
    change(shrunk, at(9), plan(2_000))
    change(shrunk, at(9, 4), plan(9_000))  # after the period
    subscribe(plan(9_000), at(20))

    found = recurring.retention(MARCH, "EUR")
    assert (found.before, found.after) == (Fraction(5_000), Fraction(7_000))
    assert found.retention == Fraction(7, 5)


def test_churn_and_retention_of_those_who_paid_at_the_beginning(either_app: Flask) -> None:
    for _ in range(3):
        subscribe(plan(1_000), at(10, 2))
    subscribe(plan(12_000, Interval.YEAR), at(11, 2), status=CANCELED, ended_at=at(20))
    subscribe(plan(9_000), at(3), status=CANCELED, ended_at=at(9))  # came and went
    subscribe(plan(9_000), at(3, 2), status=CANCELED, ended_at=at(27, 2))  # gone before
    subscribe(plan(500, currency="USD"), at(3, 2), status=CANCELED, ended_at=at(9))

    found = recurring.churn(MARCH, "EUR")
    assert (found.count, found.lost, found.churn) == (4, 1, Fraction(1, 4))
    worth = recurring.retention(MARCH, "EUR")
    assert (worth.before, worth.after) == (Fraction(4_000), Fraction(3_000))
    assert worth.retention == Fraction(3, 4)
    assert recurring.churn(APRIL, "EUR").churn == 0
    assert recurring.churn(MARCH, "USD").churn == 1


def test_churn_is_unknown_where_nobody_paid(either_app: Flask) -> None:
    subscribe(plan(1_000), at(10))

    assert recurring.churn(MARCH, "EUR").churn is None
    assert recurring.retention(MARCH, "EUR").retention is None


def fail(invoice_id: str | None, day: int, month: int = 3) -> None:
    session.add(
        StripeEvent(
            stripe_id=f"evt_{invoice_id}_{month}_{day}",
            type="invoice.payment_failed",
            object_id=invoice_id or "",
            api_version="",
            payload=b"{}",
            created_at=at(day, month),
            received_at=at(day, month),
        )
    )
    commit()


def test_recovered_are_invoices_that_failed_first(either_app: Flask) -> None:
    bill(500, at(4))
    saved, lost, earlier, yen = (
        bill(1_200, at(9)),
        bill(800, None),
        bill(300, at(2)),
        bill(900, at(9), currency="JPY"),
    )
    for day in (5, 7):
        fail(saved.stripe_invoice_id, day)
    fail(lost.stripe_invoice_id, 30)
    fail(lost.stripe_invoice_id, 2, month=4)
    fail(earlier.stripe_invoice_id, 27, month=2)
    fail(earlier.stripe_invoice_id, 1)
    fail(yen.stripe_invoice_id, 5)

    found = recurring.recovered(MARCH, "EUR")
    assert found == recurring.Recovery(2, 1, 2_000, 1_200)
    assert recurring.recovered(APRIL, "EUR").failed == 0
    assert recurring.recovered(MARCH, "JPY") == recurring.Recovery(1, 1, 900, 900)
