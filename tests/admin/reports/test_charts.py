"""Geometry and cells, without a database."""

from datetime import date, timedelta
from fractions import Fraction

import pytest

from shop.admin.reports import charts, periods
from shop.admin.reports.charts import Series
from shop.admin.reports.periods import Period
from shop.admin.reports.tables import Money, Share, Table, share, show
from shop.admin.reports.tiles import by_percent, by_points

FIRST = date(2026, 3, 1)
MARCH = Period(FIRST, date(2026, 3, 31))


def series(*values: int, before: tuple[int, ...] = ()) -> Series:
    return Series("Sales", [FIRST + timedelta(days=n) for n in range(len(values))], values, before)


def heights(points: str) -> list[float]:
    return [float(point.split(",")[1]) for point in points.split()]


def test_more_is_higher_and_ticks_are_round() -> None:
    line = charts.line(series(0, 730, 365), str)

    low, high, middle = heights(line.line)
    assert high < middle < low
    assert [text for _y, text in line.ticks] == ["0", "200", "400", "600", "800"]
    assert line.dots[1].words == "2 Mar 2026: 730"
    assert "Highest on 2 Mar: 730." in line.words


def test_a_loss_goes_below_the_ground() -> None:
    line = charts.line(series(100, -50), str)

    ground = next(y for y, text in line.ticks if text == "0")
    assert heights(line.line)[0] < ground < heights(line.line)[1]


@pytest.mark.parametrize("values", [(), (5,), (0, 0), (0,) * 366, (10**12, 1)])
def test_any_days_can_be_drawn(values: tuple[int, ...]) -> None:
    line = charts.line(series(*values, before=values), str)

    assert len(line.dots) == len(values)
    assert len(line.ticks) <= 7
    assert all(0 <= height <= charts.HEIGHT for height in heights(line.line))
    charts.spark(values)


def test_bars_are_as_long_as_their_values() -> None:
    bars = charts.bars([("a", 400), ("b", 100), ("c", -5)], str)

    assert [bar.width for bar in bars] == [100, 25, 0]


def test_a_period_and_the_one_before_it() -> None:
    assert (MARCH.length, MARCH.before) == (31, Period(date(2026, 1, 29), date(2026, 2, 28)))
    assert MARCH.both.length == 62
    assert MARCH.of({date(2026, 3, 2): 7})[:3] == [0, 7, 0]


@pytest.mark.parametrize(
    ("given", "complaint", "length"),
    [
        ({}, "", 30),
        ({"days": "7"}, "", 7),
        ({"days": "8000000000"}, "", 30),
        ({"from": "2026-03-01", "to": "2026-03-31"}, "", 31),
        ({"from": "2026-03-31", "to": "2026-03-01"}, "The first day is after the last one.", 30),
        ({"from": "yesterday", "to": "2026-03-01"}, "Give both days as 2026-11-30.", 30),
        (
            {"from": "2016-03-31", "to": "2026-03-01"},
            "Three years at most can be shown at once.",
            30,
        ),
        ({"from": "0001-01-01", "to": "0001-01-02"}, "These days are too far away.", 30),
    ],
)
def test_what_an_address_asks_for(given: dict[str, str], complaint: str, length: int) -> None:
    found, wrong = periods.read(given)

    assert (wrong, found.length) == (complaint, length)


def test_cells_for_people_and_for_spreadsheets() -> None:
    rows = [
        (FIRST, 1_200, Money(123_450, "EUR"), share(1, 3), None),
        (FIRST, 0, None, None, "=1+1"),
    ]
    table = Table(("Day", "Sold", "Worth", "Part, %", "Note"), rows)

    assert next(table.shown) == ["1 Mar 2026", "1,200", "€1,234.50", "33.3 %", "—"]
    assert list(table.csv()) == [
        'Day,Sold,Worth (EUR),"Part, %",Note\r\n',
        "2026-03-01,1200,1234.50,33.3,\r\n",
        "2026-03-01,0,,,'=1+1\r\n",
    ]
    assert show(Money(500, "JPY")) == "¥500"


def test_a_change_in_words() -> None:
    more, less = by_percent(150, 100, MARCH), by_percent(50, 100, MARCH)
    assert (more.arrow, more.words, more.is_good) == (
        "▲",
        "50 % more than in the 31 days before",
        True,
    )
    assert (less.arrow, less.is_good) == ("▼", False)
    assert by_percent(100, 100, MARCH).is_good is None
    assert by_percent(100, 0, MARCH).words == "nothing to compare in the 31 days before"

    fewer = by_points(Share(Fraction(1, 100)), Share(Fraction(3, 100)), MARCH, more_is_good=False)
    assert (fewer.arrow, fewer.words, fewer.is_good) == (
        *("▼", "2 points less than in the 31 days before"),
        True,
    )
