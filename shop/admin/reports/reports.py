"""The reports: each a table, most with a chart, about one period and one currency."""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType
from typing import Any

from shop import money
from shop.admin.reports import charts
from shop.admin.reports.charts import Bar, Line, Series
from shop.admin.reports.figures import papers, recurring, sales, shelves
from shop.admin.reports.periods import Period
from shop.admin.reports.tables import Money, Share, Table, share, show

MOST_PRODUCTS, MOST_BARS = 100, 10
MOST_SCARCE, MOST_SEARCHES = 500, 500


@dataclass(frozen=True)
class Report:
    table: Table
    headline: str = ""
    chart: Line | None = None
    bars: tuple[Bar, ...] = ()


Build = Callable[[Period, str], Report]


@dataclass(frozen=True)
class Entry:
    name: str
    title: str
    figure: Callable[..., Any]
    build: Build
    has_currency: bool = True

    @property
    def definition(self) -> str:
        return definition(self.figure)


def definition(figure: Callable[..., Any]) -> str:
    """What a figure says, in one piece of text."""
    return " ".join((inspect.getdoc(figure) or "").split())


def in_money(currency: str) -> Callable[[int], str]:
    return partial(money.show, currency=currency)


def revenue(period: Period, currency: str) -> Report:
    found = sales.net_revenue(period.both, currency)
    by_kind = [period.of(found.moves[kind]) for kind in sales.KINDS]
    net = period.of(found.net)
    series = Series("Net revenue", period.days, net, period.before.of(found.net))

    def cells(amounts: list[int]) -> list[Money]:
        return [Money(amount, currency) for amount in amounts]

    titles = ("Day", "Orders", "Subscriptions", "Refunds", "Disputes", "Net revenue")
    columns = zip(*by_kind, net, strict=True)
    rows = [[day, *cells(list(day_s))] for day, day_s in zip(period.days, columns, strict=True)]
    total = ["Together", *cells([*map(sum, by_kind), sum(net)])]
    headline = money.show(sum(net), currency)
    return Report(Table(titles, rows, total), headline, charts.line(series, in_money(currency)))


def orders(period: Period, currency: str) -> Report:
    counts = sales.orders(period.both, currency).counts
    values = period.of(counts)
    series = Series("Orders", period.days, values, period.before.of(counts))
    rows = list(zip(period.days, values, strict=True))
    table = Table(("Day", "Orders"), rows, ("Together", sum(values)))
    return Report(table, show(sum(values)), charts.line(series, show))


def average_order(period: Period, currency: str) -> Report:
    found = sales.orders(period.both, currency)

    def averages(of: Period) -> list[int | None]:
        pairs = zip(of.of(found.totals), of.of(found.counts), strict=True)
        return [sales.average_order(total, count) for total, count in pairs]

    values = averages(period)
    flat, before = ([value or 0 for value in one] for one in (values, averages(period.before)))
    rows = [
        (day, count, None if value is None else Money(value, currency))
        for day, count, value in zip(period.days, period.of(found.counts), values, strict=True)
    ]
    count = sum(period.of(found.counts))
    overall = sales.average_order(sum(period.of(found.totals)), count)
    shown = None if overall is None else Money(overall, currency)
    return Report(
        Table(("Day", "Orders", "Average order"), rows, ("Together", count, shown)),
        show(shown),
        charts.line(Series("Average order", period.days, flat, before), in_money(currency)),
    )


def conversion(period: Period, _currency: str) -> Report:
    found = sales.conversion(period.both)
    started, paid = period.of(found.started), period.of(found.paid)
    shares = [share(*pair) for pair in zip(paid, started, strict=True)]
    before = zip(period.before.of(found.paid), period.before.of(found.started), strict=True)
    earlier = [_tenths(share(*pair)) for pair in before]
    series = Series("Conversion", period.days, [_tenths(one) for one in shares], earlier)
    rows = list(zip(period.days, started, paid, shares, strict=True))
    together = share(sum(paid), sum(started))
    return Report(
        Table(
            ("Day", "Checkouts begun", "Of these paid", "Conversion, %"),
            rows,
            ("Together", sum(started), sum(paid), together),
        ),
        show(together),
        charts.line(series, lambda tenths: f"{tenths / 10:g} %"),
    )


def _tenths(found: Share | None) -> int:
    """Of a percent."""
    return round(found.value * 1000) if found else 0


def mrr(period: Period, currency: str) -> Report:
    found = recurring.mrr(period.both.days, currency)
    values = period.of(found)
    series = Series("MRR", period.days, values, period.before.of(found))
    rows = [(day, Money(found[day], currency)) for day in period.days]
    headline = money.show(values[-1], currency)
    return Report(
        Table(("Day", "MRR at its end"), rows), headline, charts.line(series, in_money(currency))
    )


def churn(period: Period, currency: str) -> Report:
    return _standing(period, currency, "churn")


def retention(period: Period, currency: str) -> Report:
    return _standing(period, currency, "retention")


def _standing(period: Period, currency: str, headline: str) -> Report:
    rows = []
    shares: dict[str, Share | None] = {}
    for words, of in ((period.words, period), (period.before.words, period.before)):
        leaving, worth = recurring.churn(of, currency), recurring.retention(of, currency)
        shown = (leaving.churn, worth.retention)
        left, stay = (None if one is None else Share(one) for one in shown)
        amounts = (Money(recurring.rounded(one), currency) for one in (worth.before, worth.after))
        rows.append((words, leaving.count, leaving.lost, left, *amounts, stay))
        shares.setdefault("churn", left)
        shares.setdefault("retention", stay)
    titles = (
        *("Period", "Paying at its beginning", "Of these ended", "Churn, %"),
        *("MRR at its beginning", "What they pay at its end", "Net retention, %"),
    )
    return Report(Table(titles, rows), show(shares[headline]))


def recovered(period: Period, currency: str) -> Report:
    rows = []
    for words, of in ((period.words, period), (period.before.words, period.before)):
        found = recurring.recovered(of, currency)
        amounts = (Money(found.failed_amount, currency), Money(found.recovered_amount, currency))
        rows.append(
            (words, found.failed, found.recovered, share(found.recovered, found.failed), *amounts)
        )
    titles = (
        *("Period", "Invoices that failed", "Of these paid since", "Recovered, %"),
        *("Amount that failed", "Of this recovered"),
    )
    return Report(Table(titles, rows), show(rows[0][3]))


def products(period: Period, currency: str) -> Report:
    found = sales.top_products(period, currency, MOST_PRODUCTS)
    rows = [(one.title, one.quantity, Money(one.amount, currency)) for one in found]
    shown = [(one.title, one.amount) for one in found[:MOST_BARS]]
    table = Table(("Product", "Sold", "Worth"), rows)
    return Report(table, bars=tuple(charts.bars(shown, in_money(currency))))


def stock(_period: Period, _currency: str) -> Report:
    found = shelves.stock_running_out(MOST_SCARCE)
    rows = [
        (one.title, one.sku, one.available, one.on_hand, one.sold, one.days_left) for one in found
    ]
    titles = ("Product", "SKU", "Can be sold", "On hand", "Sold in 30 days", "Days left")
    return Report(Table(titles, rows), show(len(rows)))


def searches(period: Period, _currency: str) -> Report:
    found = shelves.zero_result_searches(period, MOST_SEARCHES)
    rows = [(one.text, one.count, one.last) for one in found]
    shown = [(one.text, one.count) for one in found[:MOST_BARS]]
    return Report(
        Table(("Searched for", "Times", "Last on"), rows), bars=tuple(charts.bars(shown, show))
    )


def tax(period: Period, currency: str) -> Report:
    found = papers.sales_tax(period, currency)
    rows = [
        (
            *(one.country, one.what, "" if one.rate is None else f"{one.rate / 100:g} %"),
            *(Money(amount, currency) for amount in (one.net, one.tax, one.gross)),
        )
        for one in found
    ]
    sums = (sum(getattr(one, name) for one in found) for name in ("net", "tax", "gross"))
    total = ("Together", "", "", *(Money(amount, currency) for amount in sums))
    titles = ("Country", "What", "Rate", "Net", "Tax", "Gross")
    return Report(Table(titles, rows, total if rows else ()))


ENTRIES = (
    Entry("revenue", "Net revenue", sales.net_revenue, revenue),
    Entry("orders", "Orders", sales.orders, orders),
    Entry("average-order", "Average order", sales.average_order, average_order),
    Entry("conversion", "Conversion", sales.conversion, conversion, has_currency=False),
    Entry("mrr", "MRR", recurring.mrr, mrr),
    Entry("churn", "Churn", recurring.churn, churn),
    Entry("retention", "Net retention", recurring.retention, retention),
    Entry("recovered", "Failed payments recovered", recurring.recovered, recovered),
    Entry("products", "Top products", sales.top_products, products),
    Entry(
        *("searches", "Searches without a result", shelves.zero_result_searches, searches),
        has_currency=False,
    ),
    Entry("stock", "Stock running out", shelves.stock_running_out, stock, has_currency=False),
    Entry("tax", "Sales by tax rate and country", papers.sales_tax, tax),
)
REPORTS: Mapping[str, Entry] = MappingProxyType({entry.name: entry for entry in ENTRIES})
