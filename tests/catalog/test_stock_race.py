"""Twenty buyers, one unit. The negative control shows that this race has teeth."""

from threading import Barrier

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError

from shop.catalog import stock
from shop.catalog.models import StockMovement, StockReservation, Variant
from shop.db import commit, db, session
from tests.catalog.race import race
from tests.factories import make_variant

BUYERS = 20


def numbers(variant_id: int) -> tuple[int, int]:
    session.rollback()  # a fresh look
    row = select(Variant.on_hand, Variant.reserved).where(Variant.id == variant_id)
    on_hand, reserved = session.execute(row).one()
    session.rollback()  # SQLite has one writer: do not stay it
    return on_hand, reserved


def stocked(units: int) -> int:
    variant_id = make_variant(stock=units).id
    session.rollback()
    return variant_id


def test_the_last_unit_is_sold_once(racetrack: Flask) -> None:
    variant_id = stocked(1)

    results = race(racetrack, BUYERS, lambda n: stock.reserve(f"order-{n}", {variant_id: 1}))

    assert results.count(None) == 1
    assert sum(isinstance(result, stock.OutOfStock) for result in results) == BUYERS - 1
    assert numbers(variant_id) == (1, 1)


@pytest.mark.usefixtures("unguarded")
def test_reading_before_writing_would_sell_it_again(racetrack: Flask) -> None:
    """Without the condition, PostgreSQL oversells; SQLite refuses a reader that turns writer."""
    variant_id = stocked(1)
    everyone_has_read = Barrier(BUYERS)

    def reserve_carelessly(number: int) -> None:
        with racetrack.test_request_context(method="GET"):  # SQLite then begins as a reader
            variant = session.get_one(Variant, variant_id)
            everyone_has_read.wait(timeout=30)
            if variant.available:
                variant.reserved += 1
                session.add(
                    StockReservation(holder=f"order-{number}", variant_id=variant_id, quantity=1)
                )
                commit()

    results = race(racetrack, BUYERS, reserve_carelessly)

    sold = session.scalar(select(func.count(StockReservation.id)))
    if db.engine.dialect.name == "postgresql":
        assert sold == BUYERS
    else:
        assert sum(isinstance(result, OperationalError) for result in results) == BUYERS - 1


def test_orders_that_share_variants_do_not_wait_for_each_other(racetrack: Flask) -> None:
    one, two = stocked(BUYERS), stocked(BUYERS)

    def reserve(number: int) -> None:
        order = (one, two) if number % 2 else (two, one)
        stock.reserve(f"order-{number}", dict.fromkeys(order, 1))

    assert race(racetrack, BUYERS, reserve) == [None] * BUYERS
    assert numbers(one) == numbers(two) == (BUYERS, BUYERS)


def test_a_double_click_reserves_once(racetrack: Flask) -> None:
    variant_id = stocked(9)

    results = race(racetrack, 8, lambda _: stock.reserve("order", {variant_id: 1}))

    assert results == [None] * 8
    assert numbers(variant_id) == (9, 1)


def test_paid_and_expired_at_once_has_one_winner(racetrack: Flask) -> None:
    variant_id = stocked(5)
    stock.reserve("order", {variant_id: 2})
    commit()

    results = race(
        racetrack, 10, lambda n: (stock.take if n % 2 else stock.release)("order") and n % 2
    )

    winners = [result for result in results if result is not False]
    assert len(winners) == 1
    assert numbers(variant_id) == ((3, 0) if winners == [1] else (5, 0))
    sold = session.scalar(select(func.count()).where(StockMovement.reason == "sale"))
    assert sold == len([winner for winner in winners if winner == 1])


def test_counting_the_shelf_while_it_sells_loses_nothing(racetrack: Flask) -> None:
    variant_id = stocked(10)

    def act(number: int) -> None:
        if number % 2:
            stock.adjust(variant_id, 1, "correction", f"count-{number}")
        else:
            stock.reserve(f"order-{number}", {variant_id: 1})
            stock.take(f"order-{number}")

    race(racetrack, BUYERS, act)

    total = session.scalar(select(func.sum(StockMovement.delta)))
    assert numbers(variant_id) == (total, 0) == (10, 0)
