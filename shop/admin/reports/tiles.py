"""The figures of the dashboard, each beside the same one of the period before."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from shop.admin.reports import charts
from shop.admin.reports.charts import Bar, Line, Series
from shop.admin.reports.figures import recurring, sales
from shop.admin.reports.periods import DAY, Period
from shop.admin.reports.reports import REPORTS, in_money
from shop.admin.reports.tables import Money, Share, share, show

BEST = 6


@dataclass(frozen=True)
class Change:
    arrow: str
    words: str
    is_good: bool | None
    """None when it is neither."""


@dataclass(frozen=True)
class Tile:
    name: str
    """Of the report that tells more."""
    value: str
    change: Change
    spark: str

    @property
    def title(self) -> str:
        return REPORTS[self.name].title

    @property
    def definition(self) -> str:
        return REPORTS[self.name].definition


@dataclass(frozen=True)
class Board:
    tiles: Sequence[Tile]
    revenue: Line
    table: Sequence[tuple[str, str, str]]
    best: Sequence[Bar]


def board(period: Period, currency: str) -> Board:
    """Five questions to the database and two for churn."""
    revenue = sales.net_revenue(period.both, currency).net
    orders = sales.orders(period.both, currency)
    days = [period.before.first - DAY, *period.both.days]
    tiles = (
        _money_tile("revenue", period, revenue, currency),
        _count_tile("orders", period, orders.counts),
        _conversion_tile(period, sales.conversion(period.both)),
        _average_tile(period, orders, currency),
        _mrr_tile(period, recurring.mrr(days, currency), currency),
        _churn_tile(period, currency),
    )
    values, before = period.of(revenue), period.before.of(revenue)
    in_words = in_money(currency)
    shown = zip(period.days, map(in_words, values), map(in_words, before), strict=True)
    sellers = sales.top_products(period, currency, BEST)
    return Board(
        tiles=tiles,
        revenue=charts.line(Series("Net revenue", period.days, values, before), in_words),
        table=[(show(day), *amounts) for day, *amounts in shown],  # type: ignore[misc]
        best=charts.bars([(one.title, one.amount) for one in sellers], in_words),
    )


def _money_tile(name: str, period: Period, daily: sales.Daily, currency: str) -> Tile:
    now, before = period.of(daily), period.before.of(daily)
    change = by_percent(sum(now), sum(before), period)
    return Tile(name, in_money(currency)(sum(now)), change, charts.spark(now))


def _count_tile(name: str, period: Period, daily: sales.Daily) -> Tile:
    now, before = period.of(daily), period.before.of(daily)
    return Tile(name, show(sum(now)), by_percent(sum(now), sum(before), period), charts.spark(now))


def _average_tile(period: Period, found: sales.Orders, currency: str) -> Tile:
    now, before = (
        sales.average_order(sum(one.of(found.totals)), sum(one.of(found.counts)))
        for one in (period, period.before)
    )
    pairs = zip(period.of(found.totals), period.of(found.counts), strict=True)
    values = [sales.average_order(*pair) or 0 for pair in pairs]
    shown = None if now is None else Money(now, currency)
    return Tile("average-order", show(shown), by_percent(now, before, period), charts.spark(values))


def _conversion_tile(period: Period, found: sales.Checkouts) -> Tile:
    now, before = (
        share(sum(one.of(found.paid)), sum(one.of(found.started)))
        for one in (period, period.before)
    )
    pairs = zip(period.of(found.paid), period.of(found.started), strict=True)
    values = [_tenths(share(*pair)) for pair in pairs]
    return Tile("conversion", show(now), by_points(now, before, period), charts.spark(values))


def _mrr_tile(period: Period, found: dict[Any, int], currency: str) -> Tile:
    now, before = found[period.last], found[period.before.last]
    shown = in_money(currency)(now)
    return Tile("mrr", shown, by_percent(now, before, period), charts.spark(period.of(found)))


def _churn_tile(period: Period, currency: str) -> Tile:
    now, before = (
        None if (churn := recurring.churn(one, currency).churn) is None else Share(churn)
        for one in (period, period.before)
    )
    return Tile("churn", show(now), by_points(now, before, period, more_is_good=False), "")


def _tenths(found: Share | None) -> int:
    return round(found.value * 1000) if found else 0


def by_percent(now: int | None, before: int | None, period: Period) -> Change:
    """How much more or less, of what it was before."""
    if now is None or not before or before < 0:
        return Change("", f"nothing to compare in {_before(period)}", None)
    percent = round(Fraction(now - before, before) * 100)
    return _change(percent, f"{abs(percent):,} %", period, is_good=percent > 0)


def by_points(
    now: Share | None, before: Share | None, period: Period, *, more_is_good: bool = True
) -> Change:
    """How many percent points more or less."""
    if now is None or before is None:
        return Change("", f"nothing to compare in {_before(period)}", None)
    tenths = round((now.value - before.value) * 1000)
    return _change(
        tenths, f"{abs(tenths) / 10:g} points", period, is_good=(tenths > 0) is more_is_good
    )


def _change(difference: int, words: str, period: Period, *, is_good: bool) -> Change:
    if not difference:
        return Change("", f"as in {_before(period)}", None)
    arrow, more = ("▲", "more") if difference > 0 else ("▼", "less")
    return Change(arrow, f"{words} {more} than in {_before(period)}", is_good)


def _before(period: Period) -> str:
    return "the day before" if period.length == 1 else f"the {period.length} days before"
