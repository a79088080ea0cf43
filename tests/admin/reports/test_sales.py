"""What came in, against sums made by hand, on both databases."""

import pytest
from flask import Flask

from shop.admin.reports.figures import sales
from shop.admin.reports.periods import Period
from shop.billing.disputes.models import Dispute
from shop.checkout.models import CheckoutStatus
from shop.db import commit, session
from tests.admin.reports.books import at, begin, bill, book, credit, on, plan, sell, subscribe
from tests.factories import make_price

MARCH, APRIL = Period(on(1), on(31)), Period(on(1, 4), on(30, 4))


def net(period: Period, currency: str = "EUR") -> int:
    return sum(period.of(sales.net_revenue(period, currency).net))


def test_a_refund_counts_in_the_period_in_which_it_is_made(either_app: Flask) -> None:
    price = make_price(unit_amount=10_000)
    order = sell(price, at(30))
    sell(price, at(2, 4))
    book(order, "refund", -4_000, at(3, 4))

    assert net(MARCH) == 10_000
    assert net(APRIL) == 10_000 - 4_000
    moves = sales.net_revenue(APRIL, "EUR").moves
    assert dict(moves[sales.ORDERS]) == {on(2, 4): 10_000}
    assert dict(moves[sales.REFUNDS]) == {on(3, 4): -4_000}


def test_a_refund_that_failed_is_money_again(either_app: Flask) -> None:
    order = sell(make_price(unit_amount=10_000), at(5))
    book(order, "refund", -4_000, at(6))
    book(order, "refund_failed", 4_000, at(9))

    assert net(MARCH) == 10_000
    assert sales.net_revenue(MARCH, "EUR").moves[sales.REFUNDS] == {on(6): -4_000, on(9): 4_000}


def test_disputes_take_and_bring_back_but_their_fee_is_not_revenue(either_app: Flask) -> None:
    order = sell(make_price(unit_amount=10_000), at(5))
    book(order, "dispute", -10_000, at(7))
    book(order, "dispute_fee", -1_500, at(7))
    assert net(MARCH) == 0

    book(order, "dispute", 10_000, at(2, 4))
    assert net(MARCH) == 0
    assert net(APRIL) == 10_000


def test_currencies_are_never_added_up(either_app: Flask) -> None:
    for _ in range(2):
        sell(make_price(unit_amount=900, currency="JPY"), at(5))
    sell(make_price(unit_amount=10_000), at(5))

    assert (net(MARCH), net(MARCH, "JPY"), net(MARCH, "USD")) == (10_000, 1_800, 0)
    assert sales.orders(MARCH, "JPY").totals == {on(5): 1_800}
    assert sales.currencies(MARCH) == ["JPY", "EUR"]


def test_the_currency_of_the_range_comes_first(either_app: Flask) -> None:
    for _ in range(3):
        sell(make_price(unit_amount=900, currency="USD"), at(5, 1))
    sell(make_price(unit_amount=10_000), at(5))

    assert sales.currencies(MARCH) == ["EUR", "USD"]


def test_a_day_begins_at_midnight_utc(either_app: Flask) -> None:
    price = make_price(unit_amount=100)
    sell(price, at(31, hour=23))
    sell(price, at(1, 4, hour=0))

    assert sales.orders(MARCH, "EUR").counts == {on(31): 1}
    assert sales.orders(APRIL, "EUR").counts == {on(1, 4): 1}
    assert net(MARCH) == net(APRIL) == 100


def test_subscriptions_bring_money_when_their_invoices_are_paid(either_app: Flask) -> None:
    paid = bill(1_200, at(10))
    bill(1_200, None)
    bill(900, at(11), currency="USD")
    credit(paid, 200, 0, at(12))

    revenue = sales.net_revenue(MARCH, "EUR")
    assert dict(revenue.moves[sales.SUBSCRIPTIONS]) == {on(10): 1_200}
    assert dict(revenue.moves[sales.REFUNDS]) == {on(12): -200}
    assert net(MARCH) == 1_000


def test_a_credit_before_the_payment_gave_no_money_back(either_app: Flask) -> None:
    credit(bill(1_000, at(10), amount_paid=800), 200, 0, at(9))

    assert net(MARCH) == 800


def test_a_dispute_of_a_subscription_takes_money(either_app: Flask) -> None:
    subscription = subscribe(plan(1_200), at(2))
    bill(1_200, at(2))
    dispute = Dispute(
        stripe_dispute_id="du_1",
        stripe_charge_id="ch_1",
        subscription_id=subscription.id,
        amount=1_200,
        currency="EUR",
        withdrawn=1_200,
        opened_at=at(20),
    )
    session.add(dispute)
    commit()

    assert net(MARCH) == 0


@pytest.mark.parametrize(
    ("totals", "count", "expected"), [(0, 0, None), (100, 3, 33), (200, 3, 67), (5, 2, 3)]
)
def test_the_average_is_rounded_to_a_minor_unit(
    totals: int, count: int, expected: int | None
) -> None:
    assert sales.average_order(totals, count) == expected


def test_conversion_follows_the_checkouts_of_a_day(either_app: Flask) -> None:
    for status in (CheckoutStatus.COMPLETED, CheckoutStatus.EXPIRED, CheckoutStatus.OPEN):
        begin(at(5), status)
    begin(at(6), CheckoutStatus.COMPLETED)
    begin(at(6, 4), CheckoutStatus.COMPLETED)

    found = sales.conversion(MARCH)
    assert found.started == {on(5): 3, on(6): 1}
    assert found.paid == {on(5): 1, on(6): 1}


def test_top_products_by_what_they_were_sold_for(either_app: Flask) -> None:
    cheap, dear = make_price(unit_amount=100), make_price(unit_amount=900)
    sell(cheap, at(5), quantity=12)
    sell(dear, at(6), line={"discount": 300})
    sell(dear, at(7), line={"discount": 300})
    sell(dear, at(7, 4))

    found = sales.top_products(MARCH, "EUR", 5)
    assert [(one.product_id, one.quantity, one.amount) for one in found] == [
        (cheap.variant.product_id, 12, 1_200),
        (dear.variant.product_id, 2, 1_200),
    ]
    assert len(sales.top_products(MARCH, "EUR", 1)) == 1
