"""What is taken off adds up, and no line goes below nothing."""

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shop.cart.discounts.spreading import shares, spread
from shop.checkout.totals import Item, compute

amounts = st.lists(st.integers(0, 10_000_000), max_size=20)
steps = st.sampled_from([1, 10, 100])


@dataclass(frozen=True)
class Takes:
    basis_points: int | None = None
    amount: int | None = None


@given(amounts, st.integers(1, 10_000), steps)
def test_a_share_is_exact_to_half_a_step(lines: list[int], points: int, step: int) -> None:
    lines = [amount * step for amount in lines]
    off = shares(Takes(basis_points=points), lines, step)
    assert abs(sum(off) * 10_000 - sum(lines) * points) <= 5_000 * step
    assert all(0 <= part <= amount for part, amount in zip(off, lines, strict=True))
    assert [part % step for part in off] == [0] * len(lines)


@given(amounts, st.integers(1, 10_000_000))
def test_an_amount_is_taken_off_as_far_as_there_is_something(lines: list[int], off: int) -> None:
    parts = shares(Takes(amount=off), lines)
    assert sum(parts) == min(off, sum(lines))
    assert all(0 <= part <= amount for part, amount in zip(parts, lines, strict=True))


@given(st.lists(st.integers(1, 10_000), min_size=1, max_size=20), st.data())
def test_every_line_gets_its_part_to_within_a_unit(lines: list[int], data: st.DataObject) -> None:
    off = data.draw(st.integers(0, sum(lines)))
    for part, amount in zip(spread(off, lines), lines, strict=True):
        assert abs(part * sum(lines) - off * amount) < sum(lines)


@given(amounts, st.integers(1, 10_000), st.integers(0, 10_000), st.booleans())
def test_the_total_is_what_the_lines_say(
    lines: list[int],
    points: int,
    rate: int,
    included: bool,  # noqa: FBT001  hypothesis gives it
) -> None:
    off = shares(Takes(basis_points=points), lines)
    items = [Item(amount, rate, part) for amount, part in zip(lines, off, strict=True)]
    found = compute(items, delivery=490, delivery_rate=rate, tax_included=included)
    added = 0 if included else found.tax
    assert found.discount == sum(off)
    assert found.total == found.subtotal - found.discount + 490 + added
    paid = [Item(item.paid, rate) for item in items]
    assert found.line_taxes == compute(paid, tax_included=included).line_taxes


@pytest.mark.parametrize(
    ("takes", "lines", "step", "off"),
    [
        (Takes(basis_points=1_000), [333, 333, 334], 1, (33, 33, 34)),
        (Takes(amount=100), [100, 100, 100], 1, (34, 33, 33)),
        (Takes(amount=5), [0, 3], 1, (0, 3)),
        (Takes(basis_points=3_333), [1_000], 1, (333,)),  # yen
        (Takes(basis_points=3_333), [1_250, 2_500], 10, (420, 830)),  # dinars end in 0
        (Takes(basis_points=1_000), [1_255], 10, (126,)),  # nor is this payable without it
        (Takes(amount=1_234), [5_000], 100, (1_200,)),  # krónur end in 00
        (Takes(basis_points=10_000), [19, 0, 1], 1, (19, 0, 1)),
        (Takes(amount=1), [], 1, ()),
    ],
)
def test_by_example(takes: Takes, lines: list[int], step: int, off: tuple[int, ...]) -> None:
    assert shares(takes, lines, step) == off
