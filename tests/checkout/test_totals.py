"""P07: whole minor units, and everything adds up, whatever the currency and the rate."""

from hypothesis import given
from hypothesis import strategies as st

from shop.checkout.totals import Item, compute

amounts = st.integers(min_value=0, max_value=10_000_000)
rates = st.integers(min_value=0, max_value=10_000)
items = st.lists(st.builds(Item, amounts, rates), max_size=20)


@given(items, amounts, rates, st.booleans())
def test_p07_lines_and_delivery_and_tax_are_the_total(
    lines: list[Item],
    delivery: int,
    rate: int,
    included: bool,  # noqa: FBT001  hypothesis gives them
) -> None:
    totals = compute(lines, delivery=delivery, delivery_rate=rate, tax_included=included)
    added = 0 if included else totals.tax
    assert totals.total == sum(line.amount for line in lines) + delivery + added - totals.discount
    assert totals.subtotal == sum(line.amount for line in lines)
    assert sum(totals.line_taxes) <= totals.tax
    assert all(isinstance(value, int) for value in (totals.tax, totals.total, totals.subtotal))


@given(items, amounts, rates)
def test_tax_is_within_half_a_unit_per_line_of_the_exact_one(
    lines: list[Item], delivery: int, rate: int
) -> None:
    totals = compute(lines, delivery=delivery, delivery_rate=rate, tax_included=False)
    exact = sum(line.amount * line.tax_rate for line in lines) + delivery * rate
    assert abs(totals.tax * 10_000 - exact) <= 5_000 * (len(lines) + 1)


def test_three_lines_of_a_third_round_one_by_one() -> None:
    lines = [Item(100, 3_333)] * 3
    assert compute(lines, tax_included=False).line_taxes == (33, 33, 33)
    assert compute(lines, tax_included=True).line_taxes == (25, 25, 25)


def test_yen_and_dinar_are_the_same_arithmetic() -> None:
    """500 yen, or 0.500 dinars: 19 % of 500 units are 95 on top, 80 inside."""
    assert compute([Item(500, 1_900)], tax_included=False).total == 595
    assert compute([Item(500, 1_900)], tax_included=True).tax == 80


@given(items, rates, st.sampled_from([10, 100]))
def test_p07_what_is_added_ends_as_stripe_wants_it(lines: list[Item], rate: int, step: int) -> None:
    """Three decimals end in 0, ISK and UGX in 00."""
    priced = [Item(line.amount * step, line.tax_rate) for line in lines]
    found = compute(priced, delivery=5 * step, delivery_rate=rate, tax_included=False, step=step)
    assert [amount % step for amount in (found.total, found.tax, *found.line_taxes)] == [0] * (
        len(lines) + 2
    )
    exact = sum(line.amount * line.tax_rate for line in priced) + 5 * step * rate
    assert abs(found.tax * 10_000 - exact) <= 5_000 * step * (len(lines) + 1)


def test_half_a_unit_rounds_up() -> None:
    assert compute([Item(50, 100)], tax_included=False).tax == 1
    assert compute([Item(49, 100)], tax_included=False).tax == 0
