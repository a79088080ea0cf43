import pytest
from flask import Flask
from sqlalchemy import func, select

from shop.catalog import stock
from shop.catalog.models import Hold, StockMovement, StockReservation, Variant
from shop.db import commit, session
from shop.errors import NotFound
from tests.factories import make_product, make_variant


def numbers(variant: Variant) -> tuple[int, int]:
    row = select(Variant.on_hand, Variant.reserved).where(Variant.id == variant.id)
    on_hand, reserved = session.execute(row).one()
    return on_hand, reserved


def movements(variant: Variant) -> int:
    total = select(func.sum(StockMovement.delta)).where(StockMovement.variant_id == variant.id)
    return session.scalar(total) or 0


def test_a_reservation_lowers_what_is_available(app: Flask) -> None:
    variant = make_variant(stock=3)

    stock.reserve("order", {variant.id: 2})

    assert variant.available == 1
    assert numbers(variant) == (3, 2)
    assert stock.is_held("order")
    assert not stock.is_held("another")


def test_reserving_again_changes_nothing(app: Flask) -> None:
    variant = make_variant(stock=3)
    stock.reserve("order", {variant.id: 2})

    stock.reserve("order", {variant.id: 2})

    assert numbers(variant) == (3, 2)


def test_lines_of_one_variant_are_added_up(app: Flask) -> None:
    variant = make_variant(stock=1)
    lines = [(variant.id, 1), (variant.id, 1)]

    with pytest.raises(stock.OutOfStock):
        stock.reserve("order", stock.totals(lines))

    assert numbers(variant) == (1, 0)


def test_all_or_nothing_even_when_the_error_is_handled(app: Flask) -> None:
    plenty, scarce = make_variant(stock=5), make_variant(stock=1)

    with pytest.raises(stock.OutOfStock) as refusal:
        stock.reserve("order", {plenty.id: 2, scarce.id: 2})
    commit()

    assert refusal.value.variant_id == scarce.id
    assert (numbers(plenty), numbers(scarce)) == ((5, 0), (1, 0))
    assert not stock.is_held("order")


@pytest.mark.parametrize(
    ("on_hand", "sentence"),
    [(0, "Notebook M is sold out."), (2, "Only 2 of Notebook M left.")],
)
def test_the_refusal_names_what_is_missing(app: Flask, on_hand: int, sentence: str) -> None:
    product = make_product(title="Notebook")
    variant = make_variant(product=product, options={"Size": "M"}, stock=on_hand)

    with pytest.raises(stock.OutOfStock, match=sentence):
        stock.reserve("order", {variant.id: 3})


def test_a_variant_without_stock_is_never_out(app: Flask) -> None:
    variant = make_variant()

    stock.reserve("order", {variant.id: 99})

    assert variant.available is None
    assert not stock.is_held("order")


def test_release_gives_back_once(app: Flask) -> None:
    variant = make_variant(stock=3)
    stock.reserve("order", {variant.id: 2})

    assert [stock.release("order"), stock.release("order")] == [True, False]
    assert numbers(variant) == (3, 0)


def test_take_sells_once_and_is_written_down(app: Flask) -> None:
    variant = make_variant(stock=3)
    stock.reserve("order", {variant.id: 2})

    assert [stock.take("order"), stock.take("order")] == [True, False]
    assert numbers(variant) == (1, 0)
    assert movements(variant) == 1


def test_what_is_taken_can_neither_be_released_nor_reserved_again(app: Flask) -> None:
    variant = make_variant(stock=3)
    stock.reserve("order", {variant.id: 2})
    stock.take("order")

    assert not stock.release("order")
    stock.reserve("order", {variant.id: 2})

    assert numbers(variant) == (1, 0)


def test_a_released_order_may_reserve_again(app: Flask) -> None:
    variant = make_variant(stock=3)
    stock.reserve("order", {variant.id: 2})
    stock.release("order")

    stock.reserve("order", {variant.id: 3})

    assert numbers(variant) == (3, 3)
    assert session.scalars(select(StockReservation.state)).all() == [Hold.HELD]


def test_a_late_payment_learns_that_the_units_went_elsewhere(app: Flask) -> None:
    variant = make_variant(stock=1)
    stock.reserve("late", {variant.id: 1})
    stock.release("late")
    stock.reserve("fast", {variant.id: 1})

    assert not stock.take("late")
    with pytest.raises(stock.OutOfStock):
        stock.reserve("late", {variant.id: 1})


def test_a_return_goes_back_on_the_shelf_once(app: Flask) -> None:
    variant = make_variant(stock=3)
    stock.reserve("order", {variant.id: 2})
    assert not stock.put_back("order", "return-1")  # nothing was taken yet
    stock.take("order")

    returned = [stock.put_back("order", "return-1"), stock.put_back("order", "return-1")]

    assert returned == [True, False]
    assert numbers(variant) == (3, 0)
    assert movements(variant) == 3


def test_an_adjustment_is_a_difference_and_counts_once(app: Flask) -> None:
    variant = make_variant(stock=3)

    assert stock.adjust(variant.id, 4, "correction", "count-1")
    assert not stock.adjust(variant.id, 4, "correction", "count-1")

    assert variant.on_hand == 7
    assert movements(variant) == 7


def test_an_adjustment_leaves_what_is_set_aside(app: Flask) -> None:
    variant = make_variant(stock=3)
    stock.reserve("order", {variant.id: 2})

    with pytest.raises(stock.BelowReserved, match="2 of them are set aside"):
        stock.adjust(variant.id, -2, "correction", "count-1")
    commit()

    assert numbers(variant) == (3, 2)
    assert movements(variant) == 3


def test_an_unknown_variant_cannot_be_adjusted(app: Flask) -> None:
    with pytest.raises(NotFound):
        stock.adjust(4711, 1, "correction", "count-1")
