from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stripe_sandbox.billing.amounts import share
from stripe_sandbox.billing.periods import boundary, period_at
from tests.sandbox.billing import at

MONTHLY = {"interval": "month", "interval_count": 1}
RECURRING = st.builds(
    lambda interval, count: {"interval": interval, "interval_count": count},
    st.sampled_from(["day", "week", "month", "year"]),
    st.integers(1, 12),
)
TIMES = st.integers(at(2020, 1, 1), at(2035, 1, 1))


def test_the_31st_comes_back_after_a_short_month() -> None:
    anchor = at(2024, 1, 31)
    ends = [datetime.fromtimestamp(boundary(anchor, MONTHLY, n), UTC) for n in range(1, 5)]
    assert [(end.month, end.day) for end in ends] == [(2, 29), (3, 31), (4, 30), (5, 31)]


@pytest.mark.parametrize(
    ("anchor", "moment", "period"),
    [
        (at(2026, 1, 31), at(2026, 2, 28), (at(2026, 2, 28), at(2026, 3, 31))),
        (at(2026, 1, 31), at(2026, 2, 27), (at(2026, 1, 31), at(2026, 2, 28))),
        (at(2026, 3, 31), at(2026, 1, 10), (at(2025, 12, 31), at(2026, 1, 31))),
    ],
)
def test_a_moment_lies_in_its_period(anchor: int, moment: int, period: tuple[int, int]) -> None:
    assert period_at(anchor, MONTHLY, moment) == period


@given(TIMES, RECURRING, TIMES)
def test_periods_cover_time_without_gaps(anchor: int, recurring: Any, moment: int) -> None:
    start, end = period_at(anchor, recurring, moment)
    assert start <= moment < end
    assert period_at(anchor, recurring, end)[0] == end
    assert period_at(anchor, recurring, start - 1)[1] == start


@given(st.integers(0, 10**8), st.integers(1, 10**8), st.data())
def test_both_parts_of_a_period_make_the_whole(amount: int, whole: int, data: Any) -> None:
    part = data.draw(st.integers(0, whole))
    assert abs(share(amount, part, whole) + share(amount, whole - part, whole) - amount) <= 1
